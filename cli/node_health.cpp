#include "cli/node_health.h"

#include "cli/error.h"
#include "cli/node_home.h"
#include "cli/source.h"
#include "cli/views.h"

namespace hs {
namespace {

// By --rpc, or --testnet and --node; without them of the home, as all commands on one node; where
// there is no home, of the latest testnet, as all commands on a chain.
Source source_of(const Context& context) {
  GlobalOptions global = context.global;
  const bool names_another = global.rpc || global.testnet || global.node;
  if (!names_another && (global.home || home_of(context).is_home()))
    global.home = Setting{.value = home_of(context).root.string(), .by_flag = true};
  return Source::of({.global = global, .arguments = context.arguments, .out = context.out});
}

int node_health(Context& context) {
  Source source = source_of(context);
  const nlohmann::ordered_json health = source.get_live("/v1/health");
  const bool ok = health.value("ok", false);
  if (context.out.wants_json()) {
    context.out.json(health);
  } else {
    context.out.line(text_of(health, "name") + " is " + (ok ? "healthy" : "not healthy") +
                     ": committed " + text_of(health, "committed_height") + ", last commit " +
                     text_of(health, "since_commit_ms") + " ms ago, " +
                     text_of(health, "peers_connected") + " of " + text_of(health, "peers_known") +
                     " peers");
    for (const auto& reason : health["reasons"]) {
      context.out.line("  " + printable(text_of(reason)));
    }
  }
  return to_int(ok ? ExitCode::done : ExitCode::unhealthy);
}

}  // namespace

void add_node_health_command(Registry& registry) {
  registry.add(
      {.path = "node health",
       .summary = "does a node do its work; exit 10 if not, with the reasons",
       .description =
           "Healthy is a node that has committed lately, is not catching up with others, "
           "and is connected to validators that with itself make a quorum. Asks the node "
           "of --home, or the one that --rpc, or --testnet and --node, name; by default that "
           "of the default home, or the first running one of the latest testnet.",
       .examples = {{"hs node health --home ~/n0", "for people"},
                    {"hs node health --rpc http://127.0.0.1:27001 -q", "for a probe"}},
       .run = node_health});
}

}  // namespace hs
