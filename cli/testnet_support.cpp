#include "cli/testnet_support.h"

#include <signal.h>

#include <algorithm>
#include <thread>

#include "cli/error.h"
#include "cli/lookup.h"
#include "lib/node/home/home_lock.h"
#include "testnet/selector.h"
#include "testnet/state.h"

namespace hs {
namespace {

constexpr auto exit_poll_interval = std::chrono::milliseconds(2);
constexpr auto supervisor_exit_patience = std::chrono::milliseconds(1'000);

std::string or_dash(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : "-";
}

// The log lines of a failed start, indented under `why:`.
std::string log_text(const std::string& what, const std::vector<std::string>& log) {
  if (log.empty()) return what + " is empty";
  std::string text = what + " ends with";
  for (const std::string& line : log) text += "\n     " + line;
  return text;
}

// Waits until the lock of the testnet is free: its supervisor is gone.
bool wait_for_end(const TestnetLayout& layout, std::chrono::steady_clock::time_point deadline) {
  while (true) {
    const auto state = read_state(layout);
    const bool held = !HomeLock::take(HomeLayout{layout.root}, HomeLock::Mode::exclusive);
    bool any = held;
    if (state) {
      for (const NodeEntry& node : state->nodes) {
        any = any || process_state(node.process) != ProcessState::gone;
      }
    }
    if (!any) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(exit_poll_interval);
  }
}

// After a kill: the file still calls the nodes running that died with their supervisor.
void record_end(const TestnetLayout& layout) {
  auto state = or_throw(read_state(layout), "reading the state of " + layout.name());
  state.supervisor = {};
  for (NodeEntry& node : state.nodes) node.state = NodeState::stopped;
  or_throw(write_state(layout, state), "writing the state of " + layout.name());
}

}  // namespace

std::optional<std::string> testnet_name(const Context& context, bool has_positional) {
  const auto& global = context.global.testnet;
  if (has_positional) {
    if (const auto name = context.arguments.find("NAME")) {
      if (global && global->by_flag && global->value != *name) {
        throw usage_error("NAME says " + *name + " and --testnet says " + global->value, {},
                          "give one of them");
      }
      return name;
    }
  }
  if (global) return global->value;
  return std::nullopt;
}

KnownTestnet known_testnet(const Context& context, bool has_positional) {
  KnownTestnet known{testnet_named(testnet_name(context, has_positional)), {}};
  known.record = or_throw(read_testnet_record(known.layout));
  return known;
}

std::vector<std::string> chosen_nodes(const Context& context, const KnownTestnet& net) {
  SelectorContext selectors;
  for (const TestnetNode& node : net.record.nodes(net.layout)) {
    selectors.nodes.push_back(node.name);
    if (node.listener) selectors.listeners.insert(node.name);
  }
  selectors.faults_tolerated = net.record.faults_tolerated();
  selectors.leader = [&] { return or_throw(inspect_testnet(net.layout)).leader(); };
  const std::string wanted = context.arguments.text("NODES");
  const auto chosen = select_nodes(wanted, selectors);
  if (!chosen && chosen.error().code == Errc::not_found) {
    throw unknown_node(net.layout, wanted, chosen.error().what);
  }
  return or_throw(chosen, {}, "a node is n0, n0,n2, n1..n3, leader, f, random:2@seed or all");
}

void warn_of_standstill(const Context& context, const TestnetView& view, std::size_t f) {
  const std::size_t all = view.validators();
  const std::size_t down = all - view.running_validators();
  const std::size_t byzantine = view.byzantine_validators();
  if (down + byzantine <= f) return;
  const auto are = [](std::size_t count) { return count == 1 ? " is" : " are"; };
  std::string what;
  if (down > 0) what = std::to_string(down) + " of " + std::to_string(all) + are(down) + " down";
  if (byzantine > 0) {
    what += (what.empty() ? "" : " and ") + std::to_string(byzantine) + " of " +
            std::to_string(all) + are(byzantine) + " told to misbehave";
  }
  context.out.warn(what + ", f = " + std::to_string(f) + ": expect no progress");
}

Table node_table(const TestnetView& view) {
  std::vector<Column> columns = {{"NODE"},       {"STATE"},        {"ROLE"},      {"PID", true},
                                 {"VIEW", true}, {"HEIGHT", true}, {"LAG", true}, {"RPC"}};
  const bool any_byzantine =
      std::any_of(view.nodes.begin(), view.nodes.end(),
                  [](const auto& node) { return node.byzantine.has_value(); });
  if (any_byzantine) columns.push_back({"BYZANTINE"});
  Table table(std::move(columns));
  for (const NodeView& node : view.nodes) {
    std::vector<std::string> cells = {
        node.node.name,     to_text(node.state),
        node.role,          node.pid == 0 ? "-" : std::to_string(node.pid),
        or_dash(node.view), or_dash(node.committed_height),
        or_dash(node.lag),  "http://" + node.node.rpc()};
    if (any_byzantine) cells.push_back(node.byzantine.value_or("-"));
    table.add(std::move(cells));
  }
  return table;
}

std::string headline(const TestnetView& view) {
  constexpr std::size_t shown_digits = 12;
  std::string text = "testnet " + view.name + "  genesis " +
                     view.genesis_hash.substr(0, shown_digits) + "  supervisor " +
                     to_text(view.supervisor);
  if (view.supervisor_pid != 0) text += " (pid " + std::to_string(view.supervisor_pid) + ")";
  return text;
}

CliError to_cli_error(const StartFailure& failure) {
  switch (failure.kind) {
    case StartFailure::Kind::node_died:
      if (failure.fork) {
        return CliError("forked", ExitCode::violation,
                        failure.node + " has stopped for good: " + *failure.fork,
                        "more than a third of the voting power has signed both",
                        "`hs testnet status` says which have; `hs chain evidence --home HOME` "
                        "shows the proof, and `hs node reset --data --home HOME` drops the data "
                        "and keeps the voting record")
            .with("node", failure.node);
      }
      return CliError(
                 "node_died", ExitCode::failure, failure.node + " ended at start: " + failure.end,
                 log_text("its log", failure.log), "remove the cause and run the command again")
          .with("node", failure.node)
          .with("log", failure.log);
    case StartFailure::Kind::supervisor_died:
      return CliError("supervisor_died", ExitCode::failure, "the supervisor ended at start",
                      log_text("its log", failure.log), "run the command again")
          .with("log", failure.log);
    case StartFailure::Kind::stopped:
      return CliError("interrupted", ExitCode::interrupted, "the start was interrupted", {},
                      "run the command again");
    case StartFailure::Kind::timed_out:
      break;
  }
  const std::string who =
      failure.node.empty() ? "the nodes are not ready" : failure.node + " has not committed";
  return CliError("timed_out", ExitCode::timed_out, who + " in time", {},
                  "give it longer with --timeout; `hs testnet logs` shows what the nodes do");
}

CliError to_cli_error(const SupervisorFailure& failure) {
  ExitCode exit = ExitCode::failure;
  if (failure.code == "unknown_node") exit = ExitCode::not_found;
  if (failure.code == "not_running") exit = ExitCode::unreachable;
  if (failure.code == "timed_out") exit = ExitCode::timed_out;
  return CliError(failure.code, exit, failure.message, failure.why, failure.fix);
}

StartLock lock_start(const std::filesystem::path& testnets, const std::string& name) {
  auto lock = StartLock::take(testnets, name);
  if (!lock && lock.error().code == Errc::exists) {
    throw CliError("start_in_progress", ExitCode::in_use, lock.error().what, {},
                   "wait for it; `hs testnet status " + name + "` shows how far it is");
  }
  return or_throw(std::move(lock));
}

void bring_supervisor(const TestnetLayout& layout, const std::vector<std::string>& nodes,
                      Duration patience) {
  const StartLock lock = lock_start(layout.root.parent_path(), layout.name());
  end_leftovers(layout);
  auto launched = or_throw(launch_supervisor(layout, nodes), "starting the supervisor");
  const auto ready = await_ready(launched.watch, layout,
                                 std::chrono::steady_clock::now() + patience, [](const Report&) {});
  if (!ready) throw to_cli_error(ready.error());
}

bool take_down(const TestnetLayout& layout, Duration patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto state = read_state(layout);
  const bool paused = state && supervisor_condition(*state) == SupervisorCondition::paused;
  const bool asked =
      !paused && ask_supervisor(layout, {SupervisorOp::down, {}}, patience).has_value();
  // One that answers needs no file; without an answer the file must say whom to end.
  if (!asked && !state) throw to_cli_error(state.error(), "reading the state of " + layout.name());
  bool any = asked || paused;
  if (state) {
    for (const NodeEntry& node : state->nodes) {
      any = any || process_state(node.process) != ProcessState::gone;
    }
  }
  // A supervisor that is dead, paused or deaf: its nodes end with it.
  if (!asked) end_leftovers(layout);
  if (!wait_for_end(layout, deadline)) {
    end_leftovers(layout);
    if (!wait_for_end(layout, std::chrono::steady_clock::now() + std::chrono::seconds(1))) {
      throw CliError("timed_out", ExitCode::timed_out, "testnet " + layout.name() + " does not end",
                     {}, "look at " + layout.supervisor_log().string());
    }
  }
  // It has given up the testnet; that it is gone too is not worth more than a moment.
  if (state) wait_for_end(state->supervisor, supervisor_exit_patience);
  if (!asked) record_end(layout);
  return any;
}

}  // namespace hs
