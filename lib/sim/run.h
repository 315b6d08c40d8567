// One seed from start to end: faults while they last, then healing, then the proof that the chain
// is alive.
#pragma once
#include <map>
#include <string>

#include "lib/sim/tape.h"
#include "lib/sim/world.h"

namespace hs::sim {

struct RunResult {
  PlanRequest request;
  std::optional<Violation> violation;
  std::uint64_t views = 0;    // highest view that a node entered
  std::uint64_t commits = 0;  // committed heights
  Duration virtual_time{};
  Duration longest_gap{};           // between two commits after the last fault
  std::uint64_t longest_pause = 0;  // likewise, in views
  Hash hash;                        // of the whole run: equal for equal requests, anywhere
  Marks marks;
};

// How a run is to be had beyond its plan.
struct RunOptions {
  TraceSink trace = nullptr;
  TapeUse tape = {};
  Story* story = nullptr;
  DiskFactory real_disk = nullptr;      // for plans that want the real tier (profile disk)
  std::optional<Instant> stop_at = {};  // ends then, whatever is still promised
};

// Stateless and without side effects: many threads may run seeds at once.
[[nodiscard]] RunResult run_seed(const PlanRequest& request, const RunOptions& options = {});
// As above for a plan made by hand, named by `request`.
[[nodiscard]] RunResult run_plan(const PlanRequest& request, const Plan& plan,
                                 const RunOptions& options = {});

// "hs sim replay 7 --profile swarm": how to have the run again.
[[nodiscard]] std::string replay_line(const PlanRequest& request);

}  // namespace hs::sim
