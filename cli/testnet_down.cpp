// hs testnet down and ls.
#include <nlohmann/json.hpp>

#include "cli/confirm.h"
#include "cli/error.h"
#include "cli/testnet_support.h"
#include "testnet/create.h"

namespace hs {
namespace {

constexpr auto down_patience = std::chrono::seconds(15);

// Folders that must never be removed, whatever a variable of the environment says.
void refuse_precious(const std::filesystem::path& folder) {
  const char* home = std::getenv("HOME");
  if (folder == "/" || (home != nullptr && folder == home)) {
    throw usage_error("refusing to remove " + folder.string());
  }
}

std::vector<TestnetLayout> chosen(const Context& context) {
  if (!context.arguments.flag("all")) return {known_testnet(context, true).layout};
  if (context.arguments.given("NAME")) throw usage_error("--all takes no NAME");
  return list_testnets(or_throw(testnets_root()));
}

nlohmann::ordered_json down_one(const Context& context, const TestnetLayout& layout) {
  const bool ran = take_down(layout, context.global.timeout.value_or(down_patience));
  context.out.note(layout.name() + (ran ? " is stopped" : " was not running"));
  const bool purge = context.arguments.flag("purge");
  if (purge) {
    or_throw(remove_testnet(layout));
    context.out.note("removed " + layout.root.string());
  } else if (ran) {
    context.out.note("next: `hs testnet up " + layout.name() + " -d` goes on where it was");
  }
  return {{"name", layout.name()}, {"was_running", ran}, {"removed", purge}};
}

// What `down` would do to a testnet, and nothing of it done.
nlohmann::ordered_json plan_of(const Context& context, const TestnetLayout& layout) {
  const TestnetView view = or_throw(inspect_processes(layout), layout.name());
  const bool purge = context.arguments.flag("purge");
  auto nodes = nlohmann::ordered_json::array();
  std::string names;
  for (const NodeView& node : view.nodes) {
    if (node.pid == 0) continue;
    nodes.push_back({{"name", node.node.name}, {"pid", node.pid}});
    names += (names.empty() ? "" : ", ") + node.node.name;
  }
  const bool runs = !nodes.empty() || view.supervisor == SupervisorCondition::running ||
                    view.supervisor == SupervisorCondition::paused;
  if (!context.out.wants_json()) {
    context.out.line(runs ? "would stop " + layout.name() + (names.empty() ? "" : ": " + names)
                          : layout.name() + " is not running");
    if (purge) context.out.line("would remove " + layout.root.string());
  }
  return {{"name", layout.name()},
          {"would_stop", runs},
          {"nodes", nodes},
          {"would_remove", purge},
          {"folder", layout.root.string()}};
}

int testnet_down(Context& context) {
  const std::vector<TestnetLayout> nets = chosen(context);
  const bool purge = context.arguments.flag("purge");
  const bool dry_run = context.arguments.flag("dry-run");
  const bool asks = purge && !dry_run && !nets.empty() && !context.arguments.flag("yes");
  if (purge) {
    for (const TestnetLayout& layout : nets) {
      const auto folder = std::filesystem::canonical(layout.root);
      refuse_precious(folder);
      if (!dry_run) context.out.note((asks ? "would remove " : "removing ") + folder.string());
    }
  }
  if (asks && !confirmed(context, "remove the chain, the keys and the votes of these nodes?")) {
    throw CliError("not_confirmed", ExitCode::failure, "nothing was changed", {},
                   "answer y, or say it beforehand: --yes");
  }
  auto json = nlohmann::ordered_json::array();
  for (const TestnetLayout& layout : nets) {
    json.push_back(dry_run ? plan_of(context, layout) : down_one(context, layout));
  }
  if (context.out.wants_json()) {
    const char* schema = dry_run ? "hs.testnet_down_plan/v1" : "hs.testnet_down/v1";
    context.out.json({{"schema", schema}, {"testnets", json}});
  }
  return to_int(ExitCode::done);
}

int testnet_ls(Context& context) {
  const auto root = or_throw(testnets_root());
  const auto latest = find_testnet(root, std::nullopt);
  auto json = nlohmann::ordered_json::array();
  Table table({{"NAME"}, {"STATE"}, {"NODES", true}, {"PORTS"}, {"FOLDER", false, true}});
  for (const TestnetLayout& layout : list_testnets(root)) {
    const TestnetView view = or_throw(inspect_processes(layout), layout.name());
    const std::string state = to_text(view.supervisor);
    const bool is_latest = latest && latest->root == layout.root;
    const auto& nodes = view.nodes;
    table.add({layout.name() + (is_latest ? " *" : ""), state,
               std::to_string(view.running()) + "/" + std::to_string(nodes.size()),
               std::to_string(nodes.front().node.p2p_port) + "-" +
                   std::to_string(nodes.back().node.p2p_port + ports_per_node - 1),
               layout.root.string()});
    json.push_back({{"name", layout.name()},
                    {"state", state},
                    {"latest", is_latest},
                    {"running", view.running()},
                    {"nodes", nodes.size()},
                    {"base_port", nodes.front().node.p2p_port},
                    {"folder", layout.root.string()}});
  }
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.testnets/v1"}, {"testnets", json}});
  } else if (table.empty()) {
    context.out.note("no testnets; `hs testnet up -d` makes one");
  } else {
    context.out.table(table);
  }
  return to_int(ExitCode::done);
}

}  // namespace

void add_testnet_down_commands(Registry& registry) {
  registry.add(
      {.path = "testnet down",
       .summary = "stop a testnet; its state is kept for the next `up`",
       .description = "Works in every state: also when the supervisor is dead or paused.",
       .examples = {{"hs testnet down", "the latest one"},
                    {"hs testnet down --all", "every one"},
                    {"hs testnet down demo --purge --yes", "and remove its folder"}},
       .options = {Option::positional("NAME", "the testnet, default the latest").optional(),
                   Option::flag("--all", "every testnet"),
                   Option::flag("--purge", "remove the folder with chain, keys and votes"),
                   Option::flag("--yes,-y", "do not ask"),
                   Option::flag("--dry-run", "only say what would be stopped and removed")},
       .run = testnet_down});
  registry.add({.path = "testnet ls",
                .summary = "the testnets of this user",
                .examples = {{"hs testnet ls", "the latest has a star"},
                             {"hs testnet ls --json", "for scripts"}},
                .run = testnet_ls});
}

}  // namespace hs
