// Which nodes a command means: n0 | n0,n2 | n1..n3 | leader | f | random:2@seed | all, and several
// of them joined by commas.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hs {

struct SelectorContext {
  std::vector<std::string> nodes;   // all names, in order
  std::set<std::string> listeners;  // those of them without a vote
  std::size_t faults_tolerated = 0;
  // Name of the current leader, asked only when it is needed; none if nobody knows.
  std::function<std::optional<std::string>()> leader;
};

// Names in the order of the nodes, each once. `f` is the last f that vote, so that the first ones
// stay to be asked; random draws the same nodes for the same seed (0 without one). Errors:
// bad_value, not_found (naming the nodes there are), unavailable (no leader is known).
[[nodiscard]] Result<std::vector<std::string>> select_nodes(const std::string& selector,
                                                            const SelectorContext& context);

}  // namespace hs
