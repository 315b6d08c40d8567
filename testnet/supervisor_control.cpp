// The supervisor's control socket: what is asked of it, and when that is done.
#include <sys/socket.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "testnet/event_log.h"
#include "testnet/supervisor.h"

namespace hs {
namespace {

// Longer than any grace and any start: an answer comes, even if it says that nothing came of it.
constexpr auto answer_within = std::chrono::seconds(30);
constexpr std::size_t clients_max = 64;

using Phase = SupervisedNode::Phase;

// Killed by somebody else, and dead to whoever looks, while its last threads are still being taken
// apart: the kernel tells of its end only when they are gone.
bool is_ending(const SupervisedNode& node) {
  return process_state(node.entry().process) == ProcessState::gone;
}

}  // namespace

void Supervisor::on_listener() {
  FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket || clients_.size() >= clients_max) return;
  clients_.push_back({.connection = LineConnection(std::move(socket)),
                      .request = {},
                      .answer_by = std::chrono::steady_clock::now() + answer_within,
                      .failure = {}});
}

void Supervisor::on_client(Client& client) {
  const auto line = client.connection.read_line();
  if (!line || client.request) return;
  const auto request = decode_request(*line);
  client.request = request ? *request : SupervisorRequest{};
  if (!request) {
    client.failure = SupervisorFailure{"bad_request", request.error().what, {}, {}};
    return;
  }
  carry_out(client, *request);
}

void Supervisor::carry_out(Client& client, const SupervisorRequest& request) {
  log_event(options_.layout, to_text(request.op), {{"nodes", request.nodes}});
  if (request.op == SupervisorOp::down) {
    asked_to_stop_ = true;
    begin_down();
    return;
  }
  if (ending_) {
    client.failure = SupervisorFailure{"ending", "the testnet is being taken down", {}, {}};
    return;
  }
  if (request.op == SupervisorOp::add) learn_of(client, request.nodes);
  for (const std::string& name : request.nodes) {
    if (client.failure) return;
    if (find(name) != nullptr) continue;
    client.failure = SupervisorFailure{"unknown_node", "there is no node " + name, {}, {}};
    return;
  }
  changed_ = true;
  for (const std::string& name : request.nodes) apply(client, *find(name), request.op);
}

// The record says which nodes there are; it has gained these since the supervisor read it.
void Supervisor::learn_of(Client& client, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (find(name) != nullptr) continue;
    if (const auto known = find_node(options_.layout, name); !known) {
      client.failure = SupervisorFailure{"unknown_node", known.error().what, {}, {}};
      return;
    }
    nodes_.emplace_back(options_.command(name), NodeEntry{name, NodeState::stopped, {}});
  }
}

void Supervisor::forget(const std::vector<std::string>& names) {
  std::erase_if(nodes_, [&](const SupervisedNode& node) {
    return std::ranges::count(names, node.name()) != 0 && !node.has_process();
  });
  changed_ = true;
  save();
}

void Supervisor::apply(Client& client, SupervisedNode& node, SupervisorOp op) {
  const auto now = std::chrono::steady_clock::now();
  const auto refuse = [&](const std::string& state) {
    client.failure = SupervisorFailure{
        "not_running", node.name() + " " + state, {}, "`hs testnet start " + node.name() + "`"};
  };
  switch (op) {
    case SupervisorOp::kill:
      node.kill();
      return;
    case SupervisorOp::stop:
    case SupervisorOp::remove:
      node.stop(now, options_.stop_grace);
      return;
    case SupervisorOp::start:
    case SupervisorOp::add:
      if (!node.has_process()) {
        start_node(node);
      } else if (node.phase() == Phase::stopping || is_ending(node)) {
        node.restart(now, options_.stop_grace);
      }
      return;
    case SupervisorOp::restart:
      if (node.has_process()) {
        node.restart(now, options_.stop_grace);
      } else {
        start_node(node);
      }
      return;
    case SupervisorOp::pause:
      if (node.phase() == Phase::running) {
        node.pause();
      } else if (node.phase() != Phase::paused) {
        refuse("does not run");
      }
      return;
    case SupervisorOp::resume:
      if (node.phase() == Phase::paused) {
        node.resume();
      } else if (node.phase() != Phase::running) {
        refuse("does not run");
      }
      return;
    case SupervisorOp::down:
      return;  // not about a node
  }
}

bool Supervisor::is_finished(Client& client) {
  if (!client.request) return false;
  if (client.failure) return true;
  if (client.request->op == SupervisorOp::down) return !any_process();
  for (const std::string& name : client.request->nodes) {
    const SupervisedNode* known = find(name);
    if (known == nullptr) {  // somebody else removed it meanwhile
      client.failure = SupervisorFailure{"unknown_node", "there is no node " + name, {}, {}};
      return true;
    }
    const SupervisedNode& node = *known;
    switch (client.request->op) {
      case SupervisorOp::kill:
      case SupervisorOp::stop:
      case SupervisorOp::remove:
        if (node.has_process()) return false;
        break;
      case SupervisorOp::start:
      case SupervisorOp::restart:
      case SupervisorOp::add:
        if (!node.has_process()) {
          client.failure =
              SupervisorFailure{"node_died", name + " ended before it was ready", {}, {}};
          return true;
        }
        if (node.phase() != Phase::running && node.phase() != Phase::paused) return false;
        break;
      case SupervisorOp::pause:
        // The kernel takes a moment to stop every thread.
        if (process_state(node.entry().process) == ProcessState::running) return false;
        break;
      case SupervisorOp::resume:
        if (process_state(node.entry().process) == ProcessState::paused) return false;
        break;
      case SupervisorOp::down:
        break;  // not about a node
    }
  }
  return true;
}

void Supervisor::answer_finished() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(clients_, [&](Client& client) {
    if (client.connection.broken()) return true;
    if (!is_finished(client)) {
      if (now < client.answer_by) return false;
      client.failure = SupervisorFailure{"timed_out", "not done in time", {}, {}};
    }
    SupervisorReply reply{.nodes = {}, .failure = client.failure};
    for (const SupervisedNode& node : nodes_) {
      if (client.request && std::ranges::count(client.request->nodes, node.name()) != 0) {
        reply.nodes.push_back(node.entry());
      }
    }
    if (client.request && client.request->op == SupervisorOp::remove && !client.failure) {
      forget(client.request->nodes);
    }
    client.connection.answer(encode(reply));
    return true;
  });
}

}  // namespace hs
