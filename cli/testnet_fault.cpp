// hs testnet fault: nodes that are told to misbehave.
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/testnet_support.h"
#include "cli/values.h"
#include "lib/byzantine/kind.h"
#include "testnet/faults.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

CliError refused(const Error& error, const std::string& node) {
  if (error.code != Errc::unavailable) return to_cli_error(error);
  return CliError("not_running", ExitCode::unreachable, error.what,
                  "an order with --for or --at is for a node that runs",
                  "`hs testnet start " + node + "`");
}

// 500 of "view=500".
Result<std::uint64_t> view_from(const std::string& text) {
  constexpr std::string_view prefix = "view=";
  if (!text.starts_with(prefix)) return fail(Errc::bad_value, "expected view=N");
  return parse_number(text.substr(prefix.size()));
}

Json faults_of(const TestnetView& view, const TestnetRecord& record) {
  Json faults = Json::array();
  for (const NodeView& node : view.nodes) {
    const auto noted = record.byzantine.find(number_of_node(node.node.name));
    if (!node.byzantine && noted == record.byzantine.end()) continue;
    faults.push_back({{"kind", "byzantine"},
                      {"node", node.node.name},
                      {"strategies", node.byzantine ? *node.byzantine : noted->second},
                      {"now", node.byzantine.has_value()}});
  }
  return faults;
}

// What is in force, after a command that changed it or for `fault list`.
void show(Context& context, const KnownTestnet& net) {
  const Json faults =
      faults_of(or_throw(inspect_testnet(net.layout)), or_throw(read_testnet_record(net.layout)));
  if (context.out.wants_json()) {
    context.out.json(
        {{"schema", "hs.faults/v1"}, {"testnet", net.record.name}, {"faults", faults}});
    return;
  }
  Table table({{"NODE"}, {"FAULT"}, {"NOW"}});
  for (const Json& fault : faults) {
    table.add({fault.at("node").get<std::string>(),
               "byzantine " + fault.at("strategies").get<std::string>(),
               fault.at("now").get<bool>() ? "yes" : "when it starts"});
  }
  if (table.empty()) {
    context.out.note("no node of " + net.record.name + " is told to misbehave");
  } else {
    context.out.table(table);
  }
}

void order(Context& context, const KnownTestnet& net, const std::vector<std::string>& nodes,
           const ByzantineOrder& order) {
  const StartLock lock = lock_start(net.layout.root.parent_path(), net.layout.name());
  for (const std::string& name : nodes) {
    const TestnetNode node = or_throw(find_node(net.layout, name));
    const auto reach = order_byzantine(net.layout, node, order);
    if (!reach) throw refused(reach.error(), name);
    if (*reach == OrderReach::noted) {
      context.out.note(name + " does not answer: noted for its next start");
    }
  }
}

int fault_byzantine(Context& context) {
  const KnownTestnet net = known_testnet(context, false);
  const auto kinds =
      or_throw(byzantine::kinds_from(context.arguments.text("STRATEGY")), "STRATEGY");
  ByzantineOrder wanted{.strategies = byzantine::to_text(kinds), .at_view = {}, .lasts = {}};
  if (context.arguments.given("at")) {
    wanted.at_view = or_throw(view_from(context.arguments.text("at")), "--at");
  }
  wanted.lasts = context.arguments.find_duration("for");
  order(context, net, chosen_nodes(context, net), wanted);
  show(context, net);
  warn_of_standstill(context, or_throw(inspect_testnet(net.layout)), net.record.faults_tolerated());
  return to_int(ExitCode::done);
}

int fault_list(Context& context) {
  show(context, known_testnet(context, false));
  return to_int(ExitCode::done);
}

int fault_clear(Context& context) {
  const KnownTestnet net = known_testnet(context, false);
  const Json faults = faults_of(or_throw(inspect_testnet(net.layout)), net.record);
  std::vector<std::string> nodes;
  for (const std::string& node : chosen_nodes(context, net)) {
    const auto is_its = [&](const Json& fault) { return fault.at("node") == node; };
    if (std::any_of(faults.begin(), faults.end(), is_its)) nodes.push_back(node);
  }
  order(context, net, nodes, {});
  show(context, net);
  return to_int(ExitCode::done);
}

}  // namespace

void add_testnet_fault_commands(Registry& registry) {
  registry.group("testnet fault", "faults on purpose, and what is in force",
                 "The testnet is the one that --testnet names, default the latest.");
  registry.group("testnet fault apply", "let nodes do wrong");
  registry.add(
      {.path = "testnet fault apply byzantine",
       .summary = "let nodes that run break the rules of the protocol",
       .description =
           "STRATEGY is one of " + byzantine::all_names() +
           ", or several with commas between them, or none for an honest node. What such a node "
           "sends is changed; what it stores is not, so that it can be honest again. It goes on "
           "after a restart of the node, but for an order with --for or --at. The home is marked "
           "for ever, and `hs testnet check` does not count its votes against the chain.",
       .examples = {{"hs testnet fault apply byzantine equivocate n3", "until `fault clear`"},
                    {"hs testnet fault apply byzantine double-vote,garbage f --for 5s",
                     "two at a time, as many nodes as may fail"},
                    {"hs testnet fault apply byzantine silent leader --at view=500",
                     "from then on"}},
       .options = {Option::positional("STRATEGY", "what they do"),
                   Option::positional("NODES", "which nodes"),
                   Option::duration("--for", "then honest again"),
                   Option::text("--at", "view=N", "from that view on, and not at once")},
       .run = fault_byzantine});
  registry.add({.path = "testnet fault list",
                .summary = "the faults in force",
                .examples = {{"hs testnet fault list --json", "hs.faults/v1"}},
                .run = fault_list});
  registry.add({.path = "testnet fault clear",
                .summary = "end the faults of nodes",
                .examples = {{"hs testnet fault clear", "all of them"},
                             {"hs testnet fault clear n3", "those of one node"}},
                .options = {Option::positional("NODES", "which nodes").by_default("all")},
                .run = fault_clear});
}

}  // namespace hs
