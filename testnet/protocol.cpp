#include "testnet/protocol.h"

#include <array>
#include <nlohmann/json.hpp>

#include "lib/rpc/encoding.h"

namespace hs {
namespace {

constexpr std::array<SupervisorOp, 9> ops = {
    SupervisorOp::kill,    SupervisorOp::stop,   SupervisorOp::start,
    SupervisorOp::restart, SupervisorOp::pause,  SupervisorOp::resume,
    SupervisorOp::add,     SupervisorOp::remove, SupervisorOp::down};
constexpr std::array<NodeState, 4> node_states = {NodeState::running, NodeState::paused,
                                                  NodeState::stopped, NodeState::dead};

// The value of an array whose text is `word`.
template <class Values>
auto named(const Values& values, const std::string& word) -> Result<typename Values::value_type> {
  for (const auto value : values) {
    if (to_text(value) == word) return value;
  }
  return fail(Errc::bad_value, "'" + word + "' is unknown");
}

Result<Json> object_from(std::string_view line) {
  HS_TRY(json, parse_json(line));
  if (!json.is_object()) return fail(Errc::bad_value, "not an object");
  return json;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string to_text(SupervisorOp op) {
  switch (op) {
    case SupervisorOp::kill:
      return "kill";
    case SupervisorOp::stop:
      return "stop";
    case SupervisorOp::start:
      return "start";
    case SupervisorOp::restart:
      return "restart";
    case SupervisorOp::pause:
      return "pause";
    case SupervisorOp::resume:
      return "resume";
    case SupervisorOp::add:
      return "add";
    case SupervisorOp::remove:
      return "remove";
    case SupervisorOp::down:
      return "down";
  }
  return {};
}

std::string encode(const SupervisorRequest& request) {
  return to_line(Json{{"op", to_text(request.op)}, {"nodes", request.nodes}});
}

std::string encode(const SupervisorReply& reply) {
  Json json = {{"ok", !reply.failure}};
  if (reply.failure) {
    json["code"] = reply.failure->code;
    json["message"] = reply.failure->message;
    json["why"] = reply.failure->why;
    json["fix"] = reply.failure->fix;
  }
  json["nodes"] = Json::array();
  for (const NodeEntry& node : reply.nodes) {
    json["nodes"].push_back(
        {{"name", node.name}, {"state", to_text(node.state)}, {"pid", node.process.pid}});
  }
  return to_line(json);
}

Result<SupervisorRequest> decode_request(std::string_view line) {
  HS_TRY(json, object_from(line));
  SupervisorRequest request;
  HS_TRY(op, named(ops, text_of(json, "op")));
  request.op = op;
  const auto nodes = json.find("nodes");
  if (nodes == json.end()) return request;
  if (!nodes->is_array()) return fail(Errc::bad_value, "nodes is no list");
  for (const Json& node : *nodes) {
    if (!node.is_string()) return fail(Errc::bad_value, "a node is no text");
    request.nodes.push_back(node.get<std::string>());
  }
  return request;
}

Result<SupervisorReply> decode_reply(std::string_view line) {
  HS_TRY(json, object_from(line));
  SupervisorReply reply;
  const auto ok = json.find("ok");
  const auto nodes = json.find("nodes");
  if (ok == json.end() || !ok->is_boolean() || nodes == json.end() || !nodes->is_array()) {
    return fail(Errc::bad_value, "not the answer of a supervisor");
  }
  if (!ok->get<bool>()) {
    reply.failure = SupervisorFailure{text_of(json, "code"), text_of(json, "message"),
                                      text_of(json, "why"), text_of(json, "fix")};
  }
  for (const Json& node : *nodes) {
    const auto pid = node.find("pid");
    if (pid == node.end() || !pid->is_number_integer()) return fail(Errc::bad_value, "no pid");
    HS_TRY(state, named(node_states, text_of(node, "state")));
    reply.nodes.push_back({text_of(node, "name"), state, {pid->get<pid_t>(), 0}});
  }
  return reply;
}

}  // namespace hs
