// hs testnet kill, stop, start, restart, pause, resume.
#include <map>
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/testnet_support.h"

namespace hs {
namespace {

constexpr auto op_patience = std::chrono::seconds(35);  // a little more than the supervisor takes

const char* done_word(SupervisorOp op) {
  switch (op) {
    case SupervisorOp::kill:
      return "killed";
    case SupervisorOp::stop:
      return "stopped";
    case SupervisorOp::start:
      return "started";
    case SupervisorOp::restart:
      return "restarted";
    case SupervisorOp::pause:
      return "paused";
    case SupervisorOp::resume:
      return "resumed";
    case SupervisorOp::add:
      return "added";
    case SupervisorOp::remove:
      return "removed";
    case SupervisorOp::down:
      return "stopped";
  }
  return "";
}

// Without a supervisor no node runs: start and restart bring a new one, for these nodes alone.
void do_without_supervisor(const KnownTestnet& net, SupervisorOp op,
                           const std::vector<std::string>& nodes, Duration patience) {
  switch (op) {
    case SupervisorOp::start:
    case SupervisorOp::restart:
      bring_supervisor(net.layout, nodes, patience);
      return;
    case SupervisorOp::kill:
    case SupervisorOp::stop:
      end_leftovers(net.layout);
      return;
    case SupervisorOp::pause:
    case SupervisorOp::resume:
    case SupervisorOp::add:
    case SupervisorOp::remove:
    case SupervisorOp::down:
      break;
  }
  throw CliError("not_running", ExitCode::unreachable,
                 "testnet " + net.record.name + " does not run", "its supervisor is gone",
                 "`hs testnet up " + net.record.name + " -d`");
}

void carry_out(const KnownTestnet& net, SupervisorOp op, const std::vector<std::string>& nodes,
               Duration patience) {
  const auto reply = ask_supervisor(net.layout, {op, nodes}, patience);
  if (reply) {
    if (reply->failure) throw to_cli_error(*reply->failure);
    return;
  }
  const auto state = or_throw(read_state(net.layout));
  if (supervisor_condition(state) == SupervisorCondition::running ||
      supervisor_condition(state) == SupervisorCondition::paused) {
    throw CliError("supervisor_silent", ExitCode::unreachable,
                   "the supervisor of " + net.record.name + " does not answer",
                   "pid " + std::to_string(state.supervisor.pid) + " is " +
                       to_text(supervisor_condition(state)),
                   "`hs testnet down " + net.record.name + "` ends it in any case");
  }
  do_without_supervisor(net, op, nodes, patience);
}

// Why there is nothing to do for a node in this state; empty where there is.
std::string nothing_to_do(SupervisorOp op, NodeState state) {
  const bool has_process = state == NodeState::running || state == NodeState::paused;
  switch (op) {
    case SupervisorOp::kill:
    case SupervisorOp::stop:
      return has_process ? "" : "was not running";
    case SupervisorOp::start:
      if (state == NodeState::paused) return "is paused: hs testnet resume";
      return has_process ? "runs already" : "";
    case SupervisorOp::pause:
      return state == NodeState::paused ? "is paused already" : "";
    case SupervisorOp::resume:
      return state == NodeState::running ? "was not paused" : "";
    case SupervisorOp::restart:
    case SupervisorOp::add:
    case SupervisorOp::remove:
    case SupervisorOp::down:
      break;
  }
  return "";
}

// By node, what nothing_to_do() says of it.
using Unchanged = std::map<std::string, std::string>;

Unchanged unchanged_by(const KnownTestnet& net, SupervisorOp op) {
  Unchanged unchanged;
  const TestnetView before = or_throw(inspect_processes(net.layout));
  for (const NodeView& node : before.nodes) {
    if (std::string why = nothing_to_do(op, node.state); !why.empty()) {
      unchanged[node.node.name] = std::move(why);
    }
  }
  return unchanged;
}

void say_what_was_done(Context& context, SupervisorOp op, const std::vector<std::string>& nodes,
                       const Unchanged& unchanged) {
  std::string names;
  for (const std::string& node : nodes) {
    if (!unchanged.contains(node)) names += (names.empty() ? "" : ", ") + node;
  }
  if (!names.empty()) context.out.note(std::string(done_word(op)) + " " + names);
  for (const std::string& node : nodes) {
    if (const auto found = unchanged.find(node); found != unchanged.end()) {
      context.out.note(node + " " + found->second);
    }
  }
}

int run_op(Context& context, SupervisorOp op) {
  const KnownTestnet net = known_testnet(context, false);
  const std::vector<std::string> nodes = chosen_nodes(context, net);
  const Unchanged unchanged = unchanged_by(net, op);
  if (nodes.empty()) {
    context.out.note("no node is meant by " + context.arguments.text("NODES"));
  } else {
    carry_out(net, op, nodes, context.global.timeout.value_or(op_patience));
  }
  const TestnetView view = or_throw(inspect_processes(net.layout));
  say_what_was_done(context, op, nodes, unchanged);
  const bool takes_away =
      op == SupervisorOp::kill || op == SupervisorOp::stop || op == SupervisorOp::pause;
  // Nobody expects progress of a net that was taken down.
  const bool is_up = view.supervisor != SupervisorCondition::stopped || view.running() > 0;
  if (takes_away && is_up) warn_of_standstill(context, view, net.record.faults_tolerated());
  if (context.out.wants_json()) {
    auto entries = nlohmann::ordered_json::array();
    const auto all = to_json(view);
    for (const auto& entry : all.at("nodes")) {
      const auto name = entry.at("name").get<std::string>();
      if (std::find(nodes.begin(), nodes.end(), name) == nodes.end()) continue;
      entries.push_back({{"name", entry.at("name")},
                         {"pid", entry.at("pid")},
                         {"state", entry.at("state")},
                         {"changed", !unchanged.contains(entry.at("name").get<std::string>())}});
    }
    context.out.json({{"schema", "hs.testnet_nodes/v1"},
                      {"name", net.record.name},
                      {"did", to_text(op)},
                      {"nodes", entries}});
  }
  return to_int(ExitCode::done);
}

void add_op(Registry& registry, SupervisorOp op, std::string summary,
            std::vector<Example> examples) {
  registry.add({.path = "testnet " + to_text(op),
                .summary = std::move(summary),
                .description =
                    "NODES: n0 | n0,n2 | n1..n3 | leader | f | random:2@seed | all, of the "
                    "testnet that --testnet names, default the latest.",
                .examples = std::move(examples),
                .options = {Option::positional("NODES", "which nodes")},
                .run = [op](Context& context) { return run_op(context, op); }});
}

}  // namespace

void add_testnet_node_commands(Registry& registry) {
  add_op(registry, SupervisorOp::kill, "end nodes with SIGKILL, as a crash would",
         {{"hs testnet kill n1", "the others go on committing"},
          {"hs testnet kill leader", "whoever leads now"}});
  add_op(registry, SupervisorOp::stop, "stop nodes with SIGTERM, after 5 s with SIGKILL",
         {{"hs testnet stop n0,n2", "two of them"}});
  add_op(registry, SupervisorOp::start, "start nodes that do not run",
         {{"hs testnet start n1", "it catches up and votes"},
          {"hs testnet start all", "also when the supervisor is dead: brings a new one"}});
  add_op(registry, SupervisorOp::restart, "stop nodes and start them again",
         {{"hs testnet restart n1..n3", "three of them"}});
  add_op(registry, SupervisorOp::pause, "freeze nodes with SIGSTOP",
         {{"hs testnet pause random:2@7", "the same two for the same seed"}});
  add_op(registry, SupervisorOp::resume, "let frozen nodes go on", {{"hs testnet resume all", ""}});
}

}  // namespace hs
