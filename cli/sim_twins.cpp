// hs sim twins: two processes with one key among honest ones, in every partition of every view.
#include "cli/error.h"
#include "cli/interrupt.h"
#include "cli/sim_request.h"

namespace hs {
namespace {

constexpr std::uint64_t enumerated_views = 4;
constexpr std::uint64_t enumerated_nodes = 4;
// Whose key is used twice, times the ways to split five processes into two groups, the first one's
// group being the first, in each of four views.
constexpr std::uint64_t enumerated_scenarios = 4ULL << (4 * enumerated_views);

int twins(Context& context) {
  const Arguments& arguments = context.arguments;
  const std::uint64_t nodes = arguments.number("nodes");
  const std::uint64_t views = arguments.number("views");
  const std::uint64_t first = arguments.number("seed");
  const bool is_enumerated = nodes == enumerated_nodes && views == enumerated_views;
  if (is_enumerated && first > enumerated_scenarios) {
    throw usage_error("there are " + std::to_string(enumerated_scenarios) + " scenarios",
                      "four nodes and four views are counted through",
                      "give a lower --seed, or more --views to draw scenarios by chance");
  }
  const std::uint64_t left = is_enumerated ? enumerated_scenarios - first + 1 : 10'000;
  const std::uint64_t wanted = arguments.find_number("runs").value_or(left);
  const SimJobs jobs{
      .first = {.seed = first, .profile = sim::Profile::twins, .nodes = nodes, .views = views},
      .runs = is_enumerated ? std::min(wanted, left) : wanted,
      .threads = static_cast<unsigned>(arguments.number("jobs"))};
  const InterruptGuard guard;
  const SimSummary summary = run_jobs(jobs, context.out);
  const int exit_code = report(context, summary, false);
  if (!context.out.wants_json()) {
    context.out.line(std::to_string(summary.seeds) +
                     (is_enumerated ? " of " + std::to_string(enumerated_scenarios) : "") +
                     " scenarios, " + std::to_string(summary.seeds_per_cpu_second()) + "/s a core");
  }
  return exit_code;
}

}  // namespace

Command sim_twins_command() {
  return {
      .path = "sim twins",
      .summary = "two processes with one key, in every partition",
      .description =
          "Bano et al. 2021: a process with the key of another one is all that a Byzantine "
          "validator needs to be. Four nodes in four views: every choice of the key and every "
          "split of the five processes into two groups in each view, symmetric ones once. "
          "Otherwise "
          "scenarios are drawn from consecutive seeds, with up to three groups, and message kinds "
          "that are lost.",
      .examples = {{"hs sim twins --runs 10000",
                    "the first ten thousand of four nodes, four views"},
                   {"hs sim twins --nodes 7 --views 8", "ten thousand drawn ones of seven nodes"}},
      .options = {Option::number("--nodes,-n", "N", "validators, of power 1", 4, sim_nodes_max)
                      .by_default("4"),
                  Option::number("--views", "V", "views that are split", 1, 100).by_default("4"),
                  Option::number("--runs", "K",
                                 "how many scenarios; all of them, or 10000 drawn "
                                 "ones, unless given",
                                 1, sim_views_max),
                  Option::number("--seed", "FIRST", "the first scenario", 1, sim_seed_max / 2)
                      .by_default("1"),
                  Option::number("--jobs,-j", "J", "threads", 1, 256)
                      .by_default(std::to_string(default_sim_threads()))},
      .run = twins};
}

}  // namespace hs
