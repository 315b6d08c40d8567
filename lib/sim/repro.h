// A failing run made small enough to read: the request that names it, what of its plan is left out,
// and the tape of what is left of its faults.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "lib/sim/run.h"
#include "lib/sim/tape.h"

namespace hs::sim {

// What of a plan does not come about. Everything else stays as the request has it drawn.
struct PlanCuts {
  std::set<NodeIndex> honest;         // misbehaving by the plan, but not here
  std::set<std::size_t> whole_views;  // positions in the plan's partitions that are lifted
  bool without_amnesia = false;
  bool without_drift = false;
  bool without_rot = false;
  bool without_crash = false;  // the counted one
  std::optional<std::uint32_t> operations_max;
};

struct Repro {
  PlanRequest request;
  PlanCuts cuts;
  Tape tape;
  Violation violation;  // what it shows
  std::optional<Instant> stop_at = {};
};

// The plan of the request without what is cut.
[[nodiscard]] Plan plan_of(const Repro& repro);
// Equal for equal repros, as long as the code of the replica is the same. The repro's tape and end
// take the place of those of `options`.
[[nodiscard]] RunResult run_repro(const Repro& repro, const RunOptions& options = {});

// Everything that goes wrong in it, one line each, in order of time as far as it has one.
[[nodiscard]] std::vector<std::string> fault_events(const Repro& repro);

}  // namespace hs::sim
