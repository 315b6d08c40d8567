#include "cli/sim_request.h"

#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/values.h"
#include "lib/base/hex.h"

namespace hs {
namespace {

using sim::PlanRequest;
using sim::RunResult;

std::string replay_line_of(const SimSummary& summary, const RunResult& failed) {
  return summary.replay.empty() ? sim::replay_line(failed.request) : summary.replay;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const sim::Profile profile : sim::profiles) names.emplace_back(sim::name_of(profile));
  return names;
}

void print_failures(Printer& out, const SimSummary& summary) {
  for (const RunResult& failed : summary.failures) {
    out.line(out.paint(Paint::red, "FAIL") + " " + sim::to_string(*failed.violation));
    out.line("replay: " + replay_line_of(summary, failed));
  }
}

void print_marks(Printer& out, const SimSummary& summary) {
  Table table({{.title = "MARK"},
               {.title = "COUNT", .right = true},
               {.title = "PER 1000 RUNS", .right = true}});
  for (const auto& [name, count] : summary.marks.table()) {
    table.add({name, std::to_string(count), std::to_string(1'000 * count / summary.seeds)});
  }
  out.table(table);
}

}  // namespace

std::vector<Option> with_plan_options(std::vector<Option> options, bool may_take_all) {
  std::vector<std::string> names = profile_names();
  if (may_take_all) names.emplace_back(all_profiles);
  options.push_back(
      Option::choice("--profile", std::move(names), "what may go wrong").by_default("swarm"));
  options.push_back(Option::number("--nodes,-n", "N",
                                   "validators, all of power 1; drawn from the "
                                   "seed unless given",
                                   1, sim_nodes_max));
  options.push_back(Option::number("--views", "V",
                                   "run until a node enters this view; 300 unless "
                                   "given, 30 for crashpoint",
                                   1, sim_views_max));
  return options;
}

PlanRequest request_of(const Context& context, std::uint64_t seed) {
  // One of the declared choices; what is none of them is all of them.
  const sim::Profile profile =
      sim::profile_from(context.arguments.text("profile")).value_or(sim::Profile::swarm);
  PlanRequest request{.seed = seed, .profile = profile, .nodes = {}, .views = {}};
  if (const auto nodes = context.arguments.find_number("nodes")) request.nodes = *nodes;
  request.views = context.arguments.find_number("views");
  return request;
}

std::uint64_t seed_argument(const Context& context) {
  const auto seed = parse_number(context.arguments.text("SEED"));
  if (!seed) throw usage_error("SEED is not a number", seed.error().what);
  return *seed;
}

nlohmann::ordered_json to_json(const SimSummary& summary) {
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const RunResult& failed : summary.failures) {
    failures.push_back({{"seed", std::to_string(failed.request.seed)},
                        {"profile", sim::name_of(failed.request.profile)},
                        {"what", sim::to_string(*failed.violation)},
                        {"replay", replay_line_of(summary, failed)}});
  }
  nlohmann::ordered_json marks = nlohmann::ordered_json::object();
  for (const auto& [name, count] : summary.marks.table()) marks[name] = count;
  return {{"schema", "hs.sim/v1"},
          {"seeds", summary.seeds},
          {"views", summary.views},
          {"commits", summary.commits},
          {"failures", std::move(failures)},
          {"views_per_second_per_core", summary.views_per_cpu_second()},
          {"seeds_per_second_per_core", summary.seeds_per_cpu_second()},
          {"hash", to_hex(summary.hash.view())},
          {"interrupted", summary.is_interrupted},
          {"marks", std::move(marks)}};
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
    if (summary.is_interrupted) out.note("interrupted: the seeds above are those that were done");
  }
  if (!summary.failures.empty()) return to_int(ExitCode::violation);
  return to_int(summary.is_interrupted ? ExitCode::interrupted : ExitCode::done);
}

}  // namespace hs
