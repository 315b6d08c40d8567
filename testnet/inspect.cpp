#include "testnet/inspect.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "genesis/genesis.h"
#include "lib/base/hex.h"
#include "lib/node/home/fork_mark.h"
#include "lib/node/home/misbehaviour_mark.h"
#include "lib/rpc/client.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

constexpr RpcClient::Timeouts timeouts = {.connect = std::chrono::milliseconds(300),
                                          .answer = std::chrono::milliseconds(1000)};

std::optional<std::uint64_t> number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<std::string> text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void ask(NodeView& view) {
  RpcClient client(TcpEndpoint{"127.0.0.1", view.node.rpc_port}, timeouts);
  const auto reply = client.get("/v1/status");
  if (!reply || !reply->ok()) return;
  const auto status = json_of(*reply);
  if (!status || !status->is_object()) return;
  view.answered = true;
  view.role = text_of(*status, "role").value_or(view.role);
  view.byzantine = text_of(*status, "byzantine");
  view.view = number_of(*status, "view");
  view.committed_height = number_of(*status, "committed_height");
  view.committed_hash = text_of(*status, "committed_hash");
  view.leader = text_of(*status, "leader_name");
}

void compute_lag(std::vector<NodeView>& nodes) {
  std::uint64_t highest = 0;
  for (const NodeView& node : nodes) highest = std::max(highest, node.committed_height.value_or(0));
  for (NodeView& node : nodes) {
    if (node.answered) node.lag = highest - node.committed_height.value_or(0);
  }
}

// What stands in its home. One that cannot be read does not hide the other nodes.
void read_marks(NodeView& node) {
  const HomeLayout home{node.node.home};
  if (auto misbehaved = misbehaviour_marks(home)) {
    node.misbehaved = std::move(*misbehaved);
  } else {
    node.home_error = misbehaved.error().what;
  }
  if (auto fork = fork_mark(home)) {
    node.fork = std::move(*fork);
  } else {
    node.home_error = (node.home_error ? *node.home_error + "; " : "") + fork.error().what;
  }
}

}  // namespace

std::size_t TestnetView::running() const {
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(),
                    [](const NodeView& node) { return node.state == NodeState::running; }));
}

std::size_t TestnetView::validators() const {
  return static_cast<std::size_t>(std::count_if(
      nodes.begin(), nodes.end(), [](const NodeView& node) { return !node.node.listener; }));
}

std::size_t TestnetView::running_validators() const {
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(), [](const NodeView& node) {
        return !node.node.listener && node.state == NodeState::running;
      }));
}

std::size_t TestnetView::byzantine_validators() const {
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(), [](const NodeView& node) {
        return !node.node.listener && node.state == NodeState::running && node.byzantine;
      }));
}

std::optional<std::string> TestnetView::leader() const {
  const NodeView* furthest = nullptr;
  for (const NodeView& node : nodes) {
    if (!node.leader) continue;
    if (furthest == nullptr || node.view > furthest->view) furthest = &node;
  }
  return furthest == nullptr ? std::nullopt : furthest->leader;
}

Result<TestnetView> inspect_processes(const TestnetLayout& layout) {
  HS_TRY(record, read_testnet_record(layout));
  HS_TRY(genesis, read_genesis_file(layout.genesis_yaml()));
  HS_TRY(state, read_state(layout));
  TestnetView view;
  view.name = record.name;
  view.genesis_hash = to_hex(genesis.hash().view());
  view.supervisor = supervisor_condition(state);
  view.supervisor_pid = state.supervisor.pid;
  for (TestnetNode& node : record.nodes(layout)) {
    NodeView entry;
    if (node.listener) entry.role = "listener";
    entry.node = std::move(node);
    read_marks(entry);
    for (const NodeEntry& known : state.nodes) {
      if (known.name != entry.node.name) continue;
      entry.state = known.state;
      const bool alive = known.state == NodeState::running || known.state == NodeState::paused;
      entry.pid = alive ? known.process.pid : 0;
      const auto ordered = record.byzantine.find(number_of_node(known.name));
      if (alive && ordered != record.byzantine.end()) entry.byzantine = ordered->second;
    }
    view.nodes.push_back(std::move(entry));
  }
  return view;
}

Result<TestnetView> inspect_testnet(const TestnetLayout& layout) {
  HS_TRY(view, inspect_processes(layout));
  for (NodeView& node : view.nodes) {
    if (node.state == NodeState::running) ask(node);
  }
  compute_lag(view.nodes);
  return view;
}

Json to_json(const TestnetView& view) {
  Json json = {{"schema", "hs.testnet/v1"},
               {"name", view.name},
               {"genesis_hash", view.genesis_hash},
               {"supervisor",
                {{"pid", view.supervisor_pid == 0 ? Json(nullptr) : Json(view.supervisor_pid)},
                 {"state", to_text(view.supervisor)}}}};
  json["nodes"] = Json::array();
  for (const NodeView& node : view.nodes) {
    json["nodes"].push_back({{"name", node.node.name},
                             {"pid", node.pid == 0 ? Json(nullptr) : Json(node.pid)},
                             {"state", to_text(node.state)},
                             {"role", node.role},
                             {"byzantine", or_null(node.byzantine)},
                             {"misbehaved", node.misbehaved},
                             {"fork", or_null(node.fork)},
                             {"home_error", or_null(node.home_error)},
                             {"view", or_null(node.view)},
                             {"committed_height", or_null(node.committed_height)},
                             {"committed_hash", or_null(node.committed_hash)},
                             {"lag", or_null(node.lag)},
                             {"p2p", node.node.p2p()},
                             {"rpc", node.node.rpc()},
                             {"home", node.node.home.string()}});
  }
  return json;
}

}  // namespace hs
