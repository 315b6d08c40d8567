// What the commands of `hs sim` share: the options that name a run, and how its end is told.
#pragma once
#include <vector>

#include "cli/command.h"
#include "cli/sim_jobs.h"
#include "lib/sim/run.h"

namespace hs {

constexpr std::uint64_t sim_seed_max = ~std::uint64_t{0};

// In place of a profile: each of sim::marked_profiles in turn.
inline constexpr std::string_view all_profiles = "all";
// `options` with --profile, --nodes and --views behind them.
[[nodiscard]] std::vector<Option> with_plan_options(std::vector<Option> options,
                                                    bool may_take_all = false);
// The run that these options and the seed name; its profile means nothing where all are wanted.
[[nodiscard]] sim::PlanRequest request_of(const Context& context, std::uint64_t seed);
// SEED of the command line. Throws usage where it is none.
[[nodiscard]] std::uint64_t seed_argument(const Context& context);

[[nodiscard]] nlohmann::ordered_json to_json(const SimSummary& summary);
// Violations with the lines that have them again, a table of marks if wanted, and the sums, for
// people or as hs.sim/v1. The exit code: 9 if a rule was broken.
[[nodiscard]] int report(Context& context, const SimSummary& summary, bool with_marks);

// In files of their own: sim_shrink.cpp, sim_twins.cpp.
[[nodiscard]] Command sim_shrink_command();
[[nodiscard]] Command sim_twins_command();

}  // namespace hs
