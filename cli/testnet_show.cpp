// hs testnet status, logs, env.
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/testnet_logs.h"
#include "cli/testnet_support.h"
#include "cli/views.h"

namespace hs {
namespace {

int testnet_status(Context& context) {
  const KnownTestnet net = known_testnet(context, true);
  const TestnetView view = or_throw(inspect_testnet(net.layout));
  if (context.out.wants_json()) {
    context.out.json(to_json(view));
    return to_int(ExitCode::done);
  }
  if (context.out.format() == OutputFormat::table) context.out.line(headline(view));
  context.out.table(node_table(view));
  for (const NodeView& node : view.nodes) {
    if (node.home_error) {
      context.out.note("the home of " + node.node.name +
                       " cannot be read: " + printable(*node.home_error));
    }
    if (node.fork) {
      context.out.note(node.node.name + " has stopped for good: " + printable(*node.fork));
    }
  }
  if (view.supervisor == SupervisorCondition::dead) {
    context.out.note("the supervisor was killed and its nodes with it; `hs testnet up " +
                     net.record.name + " -d` goes on");
  } else if (view.supervisor == SupervisorCondition::stopped) {
    context.out.note("stopped; `hs testnet up " + net.record.name + " -d` goes on");
  }
  return to_int(ExitCode::done);
}

int testnet_env(Context& context) {
  const KnownTestnet net = known_testnet(context, true);
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.testnet_env/v1"}, {"HS_TESTNET", net.record.name}});
  } else {
    context.out.line("export HS_TESTNET=" + net.record.name);
  }
  return to_int(ExitCode::done);
}

int testnet_logs(Context& context) {
  const KnownTestnet net = known_testnet(context, false);
  LogRequest request{.layout = net.layout,
                     .nodes = chosen_nodes(context, net),
                     .lines = context.arguments.number("lines"),
                     .grep = context.arguments.find("grep"),
                     .since = context.arguments.find_duration("since"),
                     .follow = context.arguments.flag("follow"),
                     .timeout = context.global.timeout};
  print_logs(context, request);
  return to_int(ExitCode::done);
}

}  // namespace

void add_testnet_show_commands(Registry& registry) {
  registry.add(
      {.path = "testnet status",
       .summary = "processes, views and heights of the nodes",
       .description = "Works without a supervisor too, from the files.",
       .examples = {{"hs testnet status", "the latest testnet"},
                    {"hs testnet status demo --json", "hs.testnet/v1, for scripts"}},
       .options = {Option::positional("NAME", "the testnet, default the latest").optional()},
       .run = testnet_status});
  registry.add({.path = "testnet logs",
                .summary = "what the nodes logged, merged by time",
                .examples = {{"hs testnet logs n1 --grep warn", "lines of n1 that hold a text"},
                             {"hs testnet logs -f", "all nodes, as it happens"},
                             {"hs testnet logs --since 30s", "of the last half minute"}},
                .options = {Option::positional("NODES", "which nodes").by_default("all"),
                            Option::flag("--follow,-f", "go on until Ctrl-C or --timeout (exit 5)"),
                            Option::text("--grep", "TEXT", "only lines that hold this text"),
                            Option::duration("--since", "only lines that are not older"),
                            Option::number("--lines", "N", "at most so many lines of each node", 1,
                                           1'000'000)
                                .by_default("100")},
                .run = testnet_logs});
  registry.add(
      {.path = "testnet env",
       .summary = "the line that makes a testnet the default of a shell",
       .examples = {{"eval \"$(hs testnet env demo)\"", "for this shell"}},
       .options = {Option::positional("NAME", "the testnet, default the latest").optional()},
       .run = testnet_env});
}

}  // namespace hs
