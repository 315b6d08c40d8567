// One seed from start to end: faults while they last, then healing, then the proof that the chain
// is alive.
#pragma once
#include <map>
#include <string>

#include "lib/sim/world.h"

namespace hs::sim {

struct RunResult {
  PlanRequest request;
  std::optional<Violation> violation;
  std::uint64_t views = 0;    // highest view that a node entered
  std::uint64_t commits = 0;  // committed heights
  Duration virtual_time{};
  Duration longest_gap{};     // between two commits after the last fault
  std::uint64_t longest_pause = 0;  // likewise, in views
  Hash hash;                  // of the whole run: equal for equal requests, anywhere
  Marks marks;
};

// Stateless and without side effects: many threads may run seeds at once.
// `real_disk` is needed for requests whose plan wants the real tier (profile disk).
[[nodiscard]] RunResult run_seed(const PlanRequest& request, const TraceSink& trace = nullptr,
                                 const DiskFactory& real_disk = nullptr);
// As above for a plan made by hand, named by `request`.
[[nodiscard]] RunResult run_plan(const PlanRequest& request, const Plan& plan,
                                 const TraceSink& trace = nullptr,
                                 const DiskFactory& real_disk = nullptr);

// "hs sim replay 7 --profile swarm": how to have the run again.
[[nodiscard]] std::string replay_line(const PlanRequest& request);

}  // namespace hs::sim
