// hs testnet check.
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/testnet_support.h"
#include "testnet/check.h"

namespace hs {
namespace {

void print_report(Context& context, const CheckReport& report) {
  if (context.out.wants_json()) {
    context.out.json(to_json(report));
    return;
  }
  Table table({{"NODE"}, {"STATE"}, {"HEIGHT", true}, {"LAG", true}});
  const auto cell = [](const std::optional<std::uint64_t>& number) {
    return number ? std::to_string(*number) : std::string("-");
  };
  for (const NodeView& node : report.view.nodes) {
    table.add({node.node.name, to_text(node.state), cell(node.committed_height), cell(node.lag)});
  }
  context.out.table(table);
  for (const std::string& note : report.notes) context.out.note("note: " + note);
  if (report.agreed_height) {
    context.out.note("all live nodes agree up to height " + std::to_string(*report.agreed_height) +
                     "; " + std::to_string(report.certificates) + " certificates verified");
  }
}

int testnet_check(Context& context) {
  const KnownTestnet net = known_testnet(context, true);
  CheckRequest request;
  request.within = context.arguments.duration("within");
  request.certificates_per_node = context.arguments.number("certificates");
  const CheckReport report = or_throw(check_testnet(net.layout, request));
  print_report(context, report);
  if (report.ok()) return to_int(ExitCode::done);
  // The worst one first: what breaks safety.
  const auto worst = std::find_if(report.problems.begin(), report.problems.end(),
                                  [](const CheckProblem& problem) { return problem.violation; });
  const CheckProblem& shown = worst == report.problems.end() ? report.problems.front() : *worst;
  std::string others;
  for (const CheckProblem& problem : report.problems) {
    if (&problem != &shown) others += (others.empty() ? "also: " : "; ") + problem.message;
  }
  std::string fix = "`hs testnet status` and `hs testnet logs` show more";
  if (report.beyond_promise && shown.code == "two_histories") {
    fix = "more than f nodes were told to misbehave, so this may be; make another testnet";
  } else if (report.violated()) {
    fix = "keep the folder " + net.layout.root.string() + ": it is the evidence of a bug";
  }
  throw CliError(shown.code, report.violated() ? ExitCode::violation : ExitCode::unhealthy,
                 shown.message, others, fix);
}

}  // namespace

void add_testnet_check_commands(Registry& registry) {
  registry.add(
      {.path = "testnet check",
       .summary = "do all live nodes agree, and do they go on",
       .description = "Compares the committed blocks of all live nodes, verifies certificates from "
                      "their bytes, "
                      "asks for double votes that were seen, and waits for every live node to "
                      "commit more. Exit "
                      "9 if safety is violated, 10 if the net is unhealthy.",
       .examples = {{"hs testnet check", "the latest testnet"},
                    {"hs testnet check demo --json", "hs.check/v1, for scripts"}},
       .options = {Option::positional("NAME", "the testnet, default the latest").optional(),
                   Option::duration("--within", "how long progress may take").by_default("10s"),
                   Option::number("--certificates", "N", "how many of each node are verified", 1,
                                  1000)
                       .by_default("100")},
       .run = testnet_check});
}

}  // namespace hs
