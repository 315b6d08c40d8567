// Events as lines that people read.
#pragma once
#include <string>

#include "lib/sim/cast.h"
#include "lib/types/events.h"

namespace hs::sim {

// "votes for 3fa9c1d2 in view 17, to n2"
[[nodiscard]] std::string describe(const Event& event, const Cast& cast);
// "  12.034500s n2  votes for ..."
[[nodiscard]] std::string trace_line(Instant at, NodeIndex node, const std::string& what);

}  // namespace hs::sim
