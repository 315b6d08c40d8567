// hs node: one node, its home and its life.
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/error.h"
#include "cli/node_control.h"
#include "cli/node_errors.h"
#include "cli/node_health.h"
#include "cli/node_home.h"
#include "cli/views.h"
#include "lib/base/hex.h"
#include "lib/node/home/home_lock.h"
#include "lib/node/home/init.h"
#include "lib/node/node.h"
#include "lib/node/process.h"

namespace hs {
namespace {

constexpr auto status_line_interval = std::chrono::milliseconds(500);

HostPort p2p_address(const Context& context) {
  return or_throw(parse_host_port(context.arguments.text("p2p-addr")), "--p2p-addr");
}

HostPort rpc_address(const Context& context) {
  return or_throw(parse_loopback_address(context.arguments.text("rpc-addr")), "--rpc-addr",
                  "from elsewhere, reach it through a tunnel: ssh -L PORT:127.0.0.1:PORT HOST");
}

// KEY@HOST:PORT,KEY@HOST:PORT
std::vector<PeerAddress> peers_of(const Context& context) {
  std::vector<PeerAddress> peers;
  const std::string text = context.arguments.find("peers").value_or("");
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto peer = or_throw(parse_peer_address(text.substr(begin, end - begin)), "--peers");
    if (peer.at.port == 0) throw usage_error("--peers: a peer needs a port other than 0");
    peers.push_back(peer);
    begin = end + 1;
  }
  return peers;
}

std::vector<Option> address_options() {
  return {Option::text("--p2p-addr", "HOST:PORT", "where peers connect; port 0 takes a free one"),
          Option::text("--rpc-addr", "HOST:PORT", "where HTTP is served, on the loopback"),
          Option::text("--peers", "KEY@HOST:PORT,...", "peers to connect to")};
}

// ---- node init ----

int node_init(Context& context) {
  InitRequest request{.home = home_of(context),
                      .genesis = context.arguments.text("genesis"),
                      .key = context.arguments.text("key"),
                      .config = {}};
  if (context.arguments.given("p2p-addr")) {
    request.config.p2p_listen = p2p_address(context);
  }
  if (context.arguments.given("rpc-addr")) {
    request.config.rpc_listen = rpc_address(context);
  }
  request.config.peers = peers_of(context);
  const KeyInfo key = or_throw(read_key_info(request.key));
  request.config.name = context.arguments.find("name").value_or(key.name);
  or_throw(check_key_name(request.config.name), "--name");
  if (const auto made = init_home(request); !made) {
    const bool taken = made.error().code == Errc::exists;
    throw to_cli_error(made.error(), "", taken ? "choose another folder: --home DIR" : "");
  }
  const std::string root = request.home.root.string();
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.node_home/v1"},
                      {"home", root},
                      {"name", request.config.name},
                      {"public_key", to_hex(key.public_key.view())}});
  } else {
    context.out.note("made " + root + " for " + request.config.name +
                     "; next: hs node run --home " + root);
  }
  return to_int(ExitCode::done);
}

// ---- node run ----

// For whoever waits on a pipe instead of reading our output.
void tell_ready(const Context& context, const std::string& line) {
  if (!context.arguments.given("ready-fd")) return;
  const int descriptor = static_cast<int>(context.arguments.number("ready-fd"));
  write_all(descriptor, line + "\n");
  ::close(descriptor);
}

std::string ready_line(const NodeRuntime& runtime, std::chrono::steady_clock::duration took) {
  return runtime.name + " ready in " +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()) +
         " ms: p2p " + runtime.p2p + " rpc http://" + runtime.rpc + " metrics http://" +
         runtime.rpc + "/metrics";
}

void print_ready(Context& context, const NodeRuntime& runtime, const std::string& line) {
  if (!context.out.wants_json()) {
    context.out.line(line);
    return;
  }
  context.out.json({{"schema", "hs.node_ready/v1"},
                    {"name", runtime.name},
                    {"pid", runtime.pid},
                    {"p2p", runtime.p2p},
                    {"rpc", runtime.rpc},
                    {"public_key", runtime.public_key}});
}

int node_run(Context& context) {
  const auto began = std::chrono::steady_clock::now();
  if (context.arguments.given("parent")) {
    or_throw(die_with_parent(static_cast<pid_t>(context.arguments.number("parent"))), "--parent");
  }
  hold_stop_signals();  // from all threads; Node::run hears them
  save_memory();
  NodeOverrides overrides;
  if (context.arguments.given("p2p-addr")) overrides.p2p_listen = p2p_address(context);
  if (context.arguments.given("rpc-addr")) overrides.rpc_listen = rpc_address(context);
  overrides.peers = peers_of(context);
  if (const auto strategies = context.arguments.find("byzantine")) {
    overrides.byzantine = or_throw(byzantine::kinds_from(*strategies), "--byzantine");
  }
  auto settings = load_settings(home_of(context), overrides);
  if (!settings) throw to_cli_error(settings.error());
  harden_process(/*hide_memory=*/!settings->genesis.testnet);
  const bool live_line = context.out.data_is_terminal() && !context.out.wants_json();
  auto node = Node::start(
      std::move(*settings),
      {.log_to_stderr = context.out.messages_are_terminal() && !live_line, .version = HS_VERSION});
  if (!node) throw to_cli_error(node.error());
  const NodeRuntime& runtime = (*node)->runtime();
  if (!(*node)->warning().empty()) context.out.warn((*node)->warning());
  const std::string line = ready_line(runtime, std::chrono::steady_clock::now() - began);
  print_ready(context, runtime, line);
  tell_ready(context, line);
  if (live_line) {
    (*node)->show_status_line(status_line_interval, [&](const std::string& status) {
      context.out.data("\r" + status + "\x1b[K");
    });
  }
  (*node)->run(/*stop_on_signals=*/true);
  if (live_line) context.out.data("\n");
  if (const auto failure = (*node)->failure()) throw to_cli_error(*failure);
  return to_int(ExitCode::done);
}

// ---- node stop, node status ----

int node_stop(Context& context) {
  const HomeLayout home = existing_home_of(context);
  const bool was_running =
      stop_running_node(home, context.global.timeout.value_or(std::chrono::seconds(10)));
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.node_stop/v1"},
                      {"home", home.root.string()},
                      {"was_running", was_running}});
  } else {
    context.out.note(was_running ? "stopped " + home.root.string()
                                 : home.root.string() + " was not running");
  }
  return to_int(ExitCode::done);
}

int node_status(Context& context) {
  const HomeLayout home = existing_home_of(context);
  const nlohmann::ordered_json status = status_of_node(home);
  if (context.out.wants_json()) {
    context.out.json(status);
    return to_int(ExitCode::done);
  }
  Table table({{"NODE"}, {"STATE"}, {"PID"}, {"VIEW"}, {"COMMITTED"}, {"P2P"}, {"RPC"}});
  const auto cell = [&](const char* field) {
    const auto& value = status.at(field);
    return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
  };
  table.add({cell("name"), cell("state"), cell("pid"), cell("view"), cell("committed_height"),
             cell("p2p"), cell("rpc")});
  context.out.table(table);
  if (!status.at("data_error").is_null()) context.out.warn(cell("data_error"));
  if (!status.at("fork").is_null()) {
    context.out.note("it has stopped for good: " + printable(cell("fork")));
  }
  if (!status.at("byzantine").is_null()) {
    context.out.note("misbehaves on purpose: " + cell("byzantine"));
  } else if (!status.at("misbehaved").empty()) {
    context.out.note("misbehaved on purpose before: " + status.at("misbehaved").dump());
  }
  return to_int(ExitCode::done);
}

// ---- node reset ----

int node_reset(Context& context) {
  const HomeLayout home = existing_home_of(context);
  const std::string data = home.data().string();
  if (!context.arguments.flag("data")) {
    throw usage_error("node reset needs --data", "the chain data are all that can be reset",
                      "hs node reset --data --home " + home.root.string());
  }
  const auto lock = HomeLock::take(home, HomeLock::Mode::exclusive);
  if (!lock) {
    throw CliError("home_locked", ExitCode::in_use, lock.error().what,
                   "the data of a running node cannot be reset",
                   "hs node stop --home " + home.root.string());
  }
  const bool dry_run = context.arguments.flag("dry-run");
  if (!dry_run && !context.arguments.flag("yes") &&
      !confirmed(context, "empty " + data + " and keep the voting record?")) {
    throw CliError("not_confirmed", ExitCode::failure, "nothing was changed");
  }
  if (!dry_run) or_throw(reset_data(home), "resetting " + data);
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.node_reset/v1"},
                      {"home", home.root.string()},
                      {"data", data},
                      {"done", !dry_run}});
  } else if (dry_run) {
    context.out.line("would empty " + data + " and keep " + home.safety().string());
  } else {
    context.out.note("emptied " + data + "; kept " + home.safety().string() +
                     "; next: hs node run --home " + home.root.string());
  }
  return to_int(ExitCode::done);
}

void add_run_command(Registry& registry) {
  std::vector<Option> options = address_options();
  options.push_back(Option::number(
      "--ready-fd", "N", "write the ready line to this descriptor and close it", 3, 65535));
  options.push_back(Option::text("--byzantine", "STRATEGY,...",
                                 "break the rules on purpose, on a test genesis only: " +
                                     byzantine::all_names() + ", or none"));
  options.push_back(
      Option::number("--parent", "PID", "die when this parent process dies", 1, 4'194'304));
  registry.add({.path = "node run",
                .summary = "run the node of a home until it is stopped",
                .description = "Prints one line when it is ready, and on a terminal a line that "
                               "shows how it does. Logs "
                               "to logs/node.log of the home. SIGINT and SIGTERM stop it, exit 0.",
                .examples = {{"hs node run --home ~/n0", "until Ctrl-C"},
                             {"hs node run --home ~/n0 --rpc-addr 127.0.0.1:8080",
                              "with another address than node.yaml says"}},
                .options = std::move(options),
                .run = node_run});
}

}  // namespace

void add_node_commands(Registry& registry) {
  registry.group("node", "one node: its home and its life");
  std::vector<Option> init_options = {
      Option::text("--genesis", "FILE", "the chain to take part in; copied").required(),
      Option::text("--key", "FILE", "the node's key; copied").required(),
      Option::text("--name", "NAME", "what the node is called; default: the key's name")};
  for (Option& option : address_options()) init_options.push_back(std::move(option));
  registry.add({.path = "node init",
                .summary = "make the home of a node",
                .examples = {{"hs node init --home ~/n0 --genesis genesis.yaml --key n0.yaml",
                              "a folder with all that `hs node run` needs"}},
                .options = std::move(init_options),
                .run = node_init});
  add_run_command(registry);
  registry.add({.path = "node status",
                .summary = "does the node of a home run, and how far has it come",
                .examples = {{"hs node status --home ~/n0", "one line"},
                             {"hs node status --home ~/n0 --json", "for scripts"}},
                .run = node_status});
  add_node_health_command(registry);
  registry.add({.path = "node stop",
                .summary = "stop the node of a home and wait until it is gone",
                .examples = {{"hs node stop --home ~/n0", "does nothing if it does not run"}},
                .run = node_stop});
  registry.add(
      {.path = "node reset",
       .summary = "empty a node's chain data and keep its voting record",
       .description = "The node fetches the chain anew from its peers and votes only above what it "
                      "voted for before. The folder safety/ survives every reset.",
       .examples = {{"hs node reset --data --home ~/n0 --dry-run", "what would be emptied"},
                    {"hs node reset --data --home ~/n0 --yes", "without a question"}},
       .options = {Option::flag("--data", "empty data/; required, as nothing else can be reset"),
                   Option::flag("--yes,-y", "do not ask"),
                   Option::flag("--dry-run", "only say what would be done")},
       .run = node_reset});
}

}  // namespace hs
