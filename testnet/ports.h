// Which ports of this machine a testnet can have.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "testnet/record.h"

namespace hs {

// Can 127.0.0.1:port be bound now?
[[nodiscard]] bool port_is_free(std::uint16_t port);

// The first port of the record's nodes that somebody else has; none if all are free.
[[nodiscard]] std::optional<std::uint16_t> first_busy_port(const TestnetRecord& record);

// Ports of a testnet of `validators` nodes on `base_port`: do they end by 65535?
[[nodiscard]] bool ports_fit(std::uint16_t base_port, std::size_t validators);

// base_port_default, or the next higher multiple of a hundred from which all ports of `validators`
// nodes are free and belong to none of the `others`, running or not. Error: not_found.
[[nodiscard]] Result<std::uint16_t> choose_base_port(std::size_t validators,
                                                     const std::vector<TestnetRecord>& others);

}  // namespace hs
