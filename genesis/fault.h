// The rules for a genesis document, with the place of what breaks them. Private to this room.
#pragma once
#include <cstddef>
#include <optional>

#include "genesis/genesis.h"

namespace hs {

struct GenesisFault {
  Error error;
  std::optional<std::size_t> validator;  // position of the one at fault; none: the whole
};

// Validators may be in any order.
[[nodiscard]] std::optional<GenesisFault> find_fault(const Genesis& genesis);

}  // namespace hs
