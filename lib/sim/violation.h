// What a check says when a rule is broken. The first one ends a run: what follows a broken rule
// proves nothing.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/time.h"

namespace hs::sim {

using NodeIndex = std::size_t;  // position in the plan's list of nodes; names them n0, n1, ...

struct Violation {
  std::string rule;  // "L1", "G1", "I29", ...: man/hs-sim.1 lists them
  std::string what;  // one sentence
  NodeIndex node = 0;
  Instant at;        // world time
};

// "G1 at 3.250s on n2: ..."
[[nodiscard]] std::string to_string(const Violation& violation);
// "3.250s": world time as the trace prints it, to the microsecond.
[[nodiscard]] std::string to_string(Instant at);

// Shared by all checks of one world, which sets the time before each step.
class Judge {
 public:
  void set_time(Instant now) { now_ = now; }
  [[nodiscard]] Instant now() const { return now_; }
  void violate(std::string_view rule, NodeIndex node, std::string what);
  [[nodiscard]] const std::optional<Violation>& violation() const { return first_; }

 private:
  Instant now_;
  std::optional<Violation> first_;
};

}  // namespace hs::sim
