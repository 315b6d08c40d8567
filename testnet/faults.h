// Nodes of a testnet that are told to misbehave: over their control sockets, and in testnet.yaml,
// so that they do so again when they are started again. What a strategy is called, the nodes know.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "testnet/record.h"

namespace hs {

constexpr const char* honest_strategy = "none";

struct ByzantineOrder {
  std::string strategies = honest_strategy;  // "equivocate,garbage", as `hs node run --byzantine`
  // With either, the order is for the running process alone, and must find one.
  std::optional<std::uint64_t> at_view;  // from this view on; none: at once
  std::optional<Duration> lasts;         // then honest again; none: until the next order
};

enum class OrderReach {
  told,   // the node does it
  noted,  // it does not run, and will do it when it is started
};

// Whoever calls holds the lock of the testnet's start. Errors: of the record; bad_value, denied
// (the node refuses); unavailable (the order is for a running node, and it does not run or answer).
// The record is unchanged after an error.
[[nodiscard]] Result<OrderReach> order_byzantine(const TestnetLayout& layout,
                                                 const TestnetNode& node,
                                                 const ByzantineOrder& order);

}  // namespace hs
