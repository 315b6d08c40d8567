// hs sim: the replica in virtual time, over a network and disks that fail as a seed says.
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "cli/command.h"
#include "cli/error.h"
#include "cli/interrupt.h"
#include "cli/sim_picture.h"
#include "cli/sim_repro.h"
#include "cli/sim_request.h"
#include "lib/sim/coverage.h"
#include "lib/sim/disk/level_disk.h"
#include "lib/sim/trace.h"

namespace hs {
namespace {

using sim::PlanRequest;

sim::RunOptions options_of(Context& context) {
  sim::RunOptions options{.real_disk = sim::make_level_disk};
  if (context.arguments.flag("trace")) {
    options.trace = [&out = context.out](Instant at, sim::NodeIndex node, const std::string& what) {
      out.line(sim::trace_line(at, node, what));
    };
  }
  return options;
}

// Has the run and tells of it, in the forms that were asked for. `replay`: empty for the line of
// the request.
using Run = std::function<sim::RunResult(const sim::RunOptions&)>;
int run_one(Context& context, std::size_t nodes, const std::string& replay, const Run& what) {
  check_picture(context);
  sim::Story story;
  sim::RunOptions options = options_of(context);
  if (context.arguments.given("diagram")) options.story = &story;
  const TimedRun run = run_timed([&] { return what(options); });
  SimSummary summary;
  summary.replay = replay;
  summary.add(run);
  const std::string title = replay.empty() ? sim::replay_line(run.result.request) : replay;
  draw_picture(context, story, run.result, nodes, title);
  return report(context, summary, false);
}

int run_seed(Context& context, std::uint64_t seed) {
  const PlanRequest request = request_of(context, seed);
  return run_one(context, sim::make_plan(request).nodes(), "",
                 [&](const sim::RunOptions& options) { return sim::run_seed(request, options); });
}

int run(Context& context) { return run_seed(context, context.arguments.number("seed")); }

sim::Repro repro_of(const std::string& path) {
  constexpr std::uintmax_t bytes_max = 64 << 20;
  std::error_code failed;
  const std::uintmax_t bytes = std::filesystem::file_size(path, failed);
  if (failed || bytes > bytes_max) {
    throw CliError("io", ExitCode::failure, "cannot read " + path,
                   failed ? failed.message() : "it is too large for a repro file",
                   "name a file that hs sim shrink has written");
  }
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return or_throw(repro_from_json(text.str()), "reading " + path,
                  "name a file that hs sim shrink has written");
}

int replay(Context& context) {
  const auto path = context.arguments.find("file");
  if (path && context.arguments.given("SEED")) {
    throw usage_error("a seed and a file are two runs", {}, "give SEED or --file");
  }
  if (!path && !context.arguments.given("SEED")) {
    throw usage_error("which run is it?", {}, "give SEED or --file");
  }
  if (!path) return run_seed(context, seed_argument(context));
  const sim::Repro repro = repro_of(*path);
  return run_one(context, sim::plan_of(repro).nodes(), "hs sim replay --file " + *path,
                 [&](const sim::RunOptions& options) { return sim::run_repro(repro, options); });
}

int fuzz(Context& context) {
  const std::uint64_t first =
      context.arguments.number(context.arguments.given("first") ? "first" : "seed");
  const std::uint64_t runs = context.arguments.number("runs");
  if (first > ~std::uint64_t{0} - runs)
    throw usage_error("there are not that many seeds from there", {},
                      "give a lower --seed or fewer --runs");
  SimJobs jobs{.first = request_of(context, first),
               .runs = runs,
               .threads = static_cast<unsigned>(context.arguments.number("jobs"))};
  const bool takes_all = context.arguments.text("profile") == all_profiles;
  if (takes_all) jobs.profiles.assign(sim::marked_profiles.begin(), sim::marked_profiles.end());
  const InterruptGuard guard;
  SimSummary summary = run_jobs(jobs, context.out);
  const std::vector<std::string> missing = sim::missing_marks(summary.marks);
  if (takes_all) {
    for (const std::string& name : missing) summary.marks.count(name, 0);  // a line in the table
  }
  const int exit_code = report(context, summary, context.arguments.flag("marks"));
  if (exit_code != to_int(ExitCode::done) || !context.arguments.flag("require-marks")) {
    return exit_code;
  }
  for (const std::string& name : missing) context.out.warn("never happened: " + name);
  return to_int(missing.empty() ? ExitCode::done : ExitCode::unhealthy);
}

Command run_command() {
  return {
      .path = "sim run",
      .summary = "one seed from start to end",
      .description =
          "Draws a network, its faults and its load from the seed, runs the replicas in virtual "
          "time and checks every step. The same seed gives the same hash on every machine.",
      .examples = {{"hs sim run --seed 7 --nodes 4", "four validators and whatever seed 7 brings"},
                   {"hs sim run --profile calm --views 10000", "how fast is the simulator here?"}},
      .options = with_plan_options(with_picture_options(
          {Option::number("--seed", "S", "which run", 0, sim_seed_max).by_default("1")})),
      .run = run};
}

Command fuzz_command() {
  return {
      .path = "sim fuzz",
      .summary = "many seeds, on several cores",
      .description =
          "Runs consecutive seeds. Each failure is printed with the line that has it "
          "again; any failure makes the exit status 9.",
      .examples = {{"hs sim fuzz --runs 10000 --jobs 2", "seeds 1 to 10000 of the profile swarm"},
                   {"hs sim fuzz --runs 200 --profile crash --marks",
                    "with a table of what "
                    "happened"},
                   {"hs sim fuzz --profile all --runs 2000 --views 60 --marks --require-marks",
                    "has everything happened that is to happen?"}},
      .options = with_plan_options(
          {Option::number("--runs", "K", "how many runs", 1, sim_views_max).by_default("100"),
           Option::number("--seed", "FIRST", "the first seed", 0, sim_seed_max).by_default("1"),
           Option::number("--first", "FIRST", "the same", 0, sim_seed_max).hidden(),
           Option::number("--jobs,-j", "J", "threads", 1, 256)
               .by_default(std::to_string(default_sim_threads())),
           Option::flag("--marks", "also print how often everything happened"),
           Option::flag("--require-marks",
                        "exit 10 if something never happened that the profiles bring about; "
                        "wants --profile all")},
          true),
      .run = fuzz};
}

Command replay_command() {
  return {.path = "sim replay",
          .summary = "a failed seed once more",
          .description =
              "The line that a failure prints, or the file of a shrunk one. With --trace every "
              "event of every node is a line.",
          .examples = {{"hs sim replay 17 --profile swarm --trace",
                        "what led to the failure of seed 17"},
                       {"hs sim replay --file repro.json --trace", "the same, made small"}},
          .options = with_plan_options(
              with_picture_options({Option::positional("SEED", "which run").optional(),
                                    Option::text("--file", "FILE", "of hs sim shrink")})),
          .run = replay};
}

}  // namespace

void add_sim_commands(Registry& registry) {
  registry.group("sim", "the replica in virtual time, under faults drawn from a seed",
                 "Everything that a run does follows from its seed and profile. A broken rule ends "
                 "the run, exits 9 and prints the line that has it again. See hs-sim(1).");
  registry.add(run_command());
  registry.add(fuzz_command());
  registry.add(replay_command());
  registry.add(sim_shrink_command());
  registry.add(sim_twins_command());
}

}  // namespace hs
