// What `testnet up` shows while it works.
#pragma once
#include <chrono>
#include <cstdint>

#include "cli/context.h"
#include "testnet/launch.h"

namespace hs {

struct StartGoal {
  std::uint64_t blocks = 1;  // that every node is to commit
  bool fresh = false;        // a net that was made just now
  SteadyTime deadline;
};

// Follows a start to its goal, with a line per phase on standard error. Throws CliError: node_died,
// supervisor_died, timed_out.
void watch_start(Context& context, StartWatch& watch, const TestnetLayout& layout,
                 const TestnetRecord& record, const StartGoal& goal);

// The node table (or hs.testnet/v1) and four commands to go on with.
void show_started(Context& context, const TestnetLayout& layout, bool detached);

// On a terminal, redraws the table until the supervisor ends; otherwise waits for that.
void show_live(Context& context, StartWatch& watch, const TestnetLayout& layout);

}  // namespace hs
