// hs sim: the replica in virtual time, over a network and disks that fail as a seed says.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.h"
#include "cli/error.h"
#include "cli/sim_jobs.h"
#include "lib/base/hex.h"
#include "lib/sim/trace.h"

namespace hs {
namespace {

using sim::PlanRequest;
using sim::RunResult;

sim::Profile profile_of(const Context& context) {
  return *sim::profile_from(context.arguments.text("profile"));  // one of the declared choices
}

PlanRequest request_of(const Context& context, std::uint64_t seed) {
  PlanRequest request{.seed = seed, .profile = profile_of(context), .nodes = {}, .views = {}};
  if (const auto nodes = context.arguments.find_number("nodes")) request.nodes = *nodes;
  request.views = context.arguments.find_number("views");
  return request;
}

nlohmann::ordered_json to_json(const SimSummary& summary) {
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const RunResult& failed : summary.failures) {
    failures.push_back({{"seed", std::to_string(failed.request.seed)},
                        {"profile", sim::name_of(failed.request.profile)},
                        {"what", sim::to_string(*failed.violation)},
                        {"replay", sim::replay_line(failed.request)}});
  }
  nlohmann::ordered_json marks = nlohmann::ordered_json::object();
  for (const auto& [name, count] : summary.marks.table()) marks[name] = count;
  return {{"schema", "hs.sim/v1"},
          {"seeds", summary.seeds},
          {"views", summary.views},
          {"commits", summary.commits},
          {"failures", std::move(failures)},
          {"views_per_second_per_core", summary.views_per_cpu_second()},
          {"hash", to_hex(summary.hash.view())},
          {"marks", std::move(marks)}};
}

void print_failures(Printer& out, const SimSummary& summary) {
  for (const RunResult& failed : summary.failures) {
    out.line(out.paint(Paint::red, "FAIL") + " " + sim::to_string(*failed.violation));
    out.line("replay: " + sim::replay_line(failed.request));
  }
}

void print_marks(Printer& out, const SimSummary& summary) {
  Table table({{.title = "MARK"}, {.title = "COUNT", .right = true}});
  for (const auto& [name, count] : summary.marks.table()) table.add({name, std::to_string(count)});
  out.table(table);
}

int report(Context& context, const SimSummary& summary, bool with_marks) {
  Printer& out = context.out;
  if (out.wants_json()) {
    out.json(to_json(summary));
  } else {
    print_failures(out, summary);
    if (with_marks) print_marks(out, summary);
    out.line(std::to_string(summary.seeds) + (summary.seeds == 1 ? " seed, " : " seeds, ") +
             std::to_string(summary.views) + " views, " + std::to_string(summary.commits) +
             " commits, " + std::to_string(summary.failures.size()) + " failures, " +
             std::to_string(summary.views_per_cpu_second()) + " views/s a core");
    out.line("hash " + to_hex(summary.hash.view()));
  }
  return to_int(summary.failures.empty() ? ExitCode::done : ExitCode::violation);
}

int run_one(Context& context, const PlanRequest& request) {
  sim::TraceSink trace;
  if (context.arguments.flag("trace")) {
    trace = [&out = context.out](Instant at, sim::NodeIndex node, const std::string& what) {
      out.line(sim::trace_line(at, node, what));
    };
  }
  SimSummary summary;
  summary.add(run_timed(request, trace));
  return report(context, summary, false);
}

int run(Context& context) {
  return run_one(context, request_of(context, context.arguments.number("seed")));
}

int replay(Context& context) {
  return run_one(context, request_of(context, context.arguments.number("SEED")));
}

int fuzz(Context& context) {
  const std::uint64_t first =
      context.arguments.number(context.arguments.given("first") ? "first" : "seed");
  const std::uint64_t runs = context.arguments.number("runs");
  if (first > ~std::uint64_t{0} - runs)
    throw usage_error("there are not that many seeds from there");
  const SimJobs jobs{.first = request_of(context, first),
                     .runs = runs,
                     .threads = static_cast<unsigned>(context.arguments.number("jobs"))};
  return report(context, run_jobs(jobs, context.out), context.arguments.flag("marks"));
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const sim::Profile profile : sim::profiles) names.emplace_back(sim::name_of(profile));
  return names;
}

std::vector<Option> with_plan_options(std::vector<Option> options) {
  options.push_back(
      Option::choice("--profile", profile_names(), "what may go wrong").by_default("swarm"));
  options.push_back(Option::number("--nodes,-n", "N", "validators, all of power 1; drawn from the "
                                   "seed unless given", 1, sim_nodes_max));
  options.push_back(Option::number("--views", "V", "run until a node enters this view; 300 unless "
                                   "given", 1, sim_views_max));
  return options;
}

constexpr std::uint64_t seed_max = ~std::uint64_t{0};

Command run_command() {
  return {
      .path = "sim run",
      .summary = "one seed from start to end",
      .description =
          "Draws a network, its faults and its load from the seed, runs the replicas in virtual "
          "time and checks every step. The same seed gives the same hash on every machine.",
      .examples = {{"hs sim run --seed 7 --nodes 4", "four validators and whatever seed 7 brings"},
                   {"hs sim run --profile calm --views 10000", "how fast is the simulator here?"}},
      .options = with_plan_options(
          {Option::number("--seed", "S", "which run", 0, seed_max).by_default("1"),
           Option::flag("--trace", "print what every node does")}),
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
                    "happened"}},
      .options = with_plan_options(
          {Option::number("--runs", "K", "how many seeds", 1, sim_views_max).by_default("100"),
           Option::number("--seed", "FIRST", "the first seed", 0, seed_max).by_default("1"),
           Option::number("--first", "FIRST", "the same", 0, seed_max).hidden(),
           Option::number("--jobs,-j", "J", "threads", 1, 256)
               .by_default(std::to_string(default_sim_threads())),
           Option::flag("--marks", "also print how often everything happened")}),
      .run = fuzz};
}

Command replay_command() {
  return {.path = "sim replay",
          .summary = "a failed seed once more",
          .description =
              "The line that a failure prints. With --trace every event of every node is "
              "a line.",
          .examples = {{"hs sim replay 17 --profile swarm --trace",
                        "what led to the failure of seed 17"}},
          .options = with_plan_options({Option::positional("SEED", "which run"),
                                        Option::flag("--trace", "print what every node does")}),
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
}

}  // namespace hs
