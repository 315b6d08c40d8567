#include "testnet/state.h"

#include <array>
#include <nlohmann/json.hpp>

#include "lib/node/home/files.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t state_bytes_max = 1 << 20;
constexpr const char* state_schema = "hs.supervisor/v1";
constexpr std::array<NodeState, 4> node_states = {NodeState::running, NodeState::paused,
                                                  NodeState::stopped, NodeState::dead};

Json to_json(const ProcessId& process) {
  return {{"pid", process.pid}, {"start_time", std::to_string(process.start_time)}};
}

ProcessId process_from(const Json& json) {
  return {json.at("pid").get<pid_t>(), std::stoull(json.at("start_time").get<std::string>())};
}

NodeState node_state_from(const std::string& word) {
  for (const NodeState state : node_states) {
    if (to_text(state) == word) return state;
  }
  throw std::invalid_argument("unknown state " + word);
}

// A process that the file knows as running may be paused or gone by now.
void correct(NodeEntry& node) {
  if (node.state == NodeState::stopped || node.state == NodeState::dead) return;
  switch (process_state(node.process)) {
    case ProcessState::gone:
      node.state = NodeState::dead;
      break;
    case ProcessState::running:
      node.state = NodeState::running;
      break;
    case ProcessState::paused:
      node.state = NodeState::paused;
      break;
  }
}

}  // namespace

std::string to_text(NodeState state) {
  switch (state) {
    case NodeState::running:
      return "running";
    case NodeState::paused:
      return "paused";
    case NodeState::stopped:
      return "stopped";
    case NodeState::dead:
      return "dead";
  }
  return {};
}

Status write_state(const TestnetLayout& layout, const SupervisorState& state) {
  Json json = {{"schema", state_schema}, {"supervisor", to_json(state.supervisor)}};
  json["nodes"] = Json::array();
  for (const NodeEntry& node : state.nodes) {
    Json entry = {{"name", node.name}, {"state", to_text(node.state)}};
    entry.update(to_json(node.process));
    json["nodes"].push_back(std::move(entry));
  }
  return replace_file(layout.supervisor_json(), json.dump(2) + "\n", 0600);
}

Result<SupervisorState> read_state(const TestnetLayout& layout) {
  const std::string path = layout.supervisor_json();
  const auto text = read_file(path, state_bytes_max);
  if (!text && text.error().code == Errc::not_found) return SupervisorState{};
  if (!text) return std::unexpected(text.error());
  SupervisorState state;
  try {
    const Json json = Json::parse(*text);
    if (json.at("schema") != state_schema) return fail(Errc::corrupt, path + " is of another kind");
    state.supervisor = process_from(json.at("supervisor"));
    for (const Json& entry : json.at("nodes")) {
      NodeEntry node{entry.at("name").get<std::string>(),
                     node_state_from(entry.at("state").get<std::string>()), process_from(entry)};
      correct(node);
      state.nodes.push_back(std::move(node));
    }
  } catch (const std::exception&
               error) {  // of nlohmann::json and std::stoull: a field is missing or odd
    return fail(Errc::corrupt, path + ": " + error.what());
  }
  return state;
}

SupervisorCondition supervisor_condition(const SupervisorState& state) {
  if (state.supervisor.pid == 0) return SupervisorCondition::stopped;
  switch (process_state(state.supervisor)) {
    case ProcessState::gone:
      return SupervisorCondition::dead;
    case ProcessState::paused:
      return SupervisorCondition::paused;
    case ProcessState::running:
      break;
  }
  return SupervisorCondition::running;
}

std::string to_text(SupervisorCondition condition) {
  switch (condition) {
    case SupervisorCondition::running:
      return "running";
    case SupervisorCondition::paused:
      return "paused";
    case SupervisorCondition::stopped:
      return "stopped";
    case SupervisorCondition::dead:
      return "dead";
  }
  return {};
}

}  // namespace hs
