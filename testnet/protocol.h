// What a supervisor is asked over run/ctl.sock of its testnet: one JSON line, answered by one JSON
// line when the work is done, after which the connection ends. The socket lies in a 0700 folder.
//
//   {"op":"kill","nodes":["n1"]}
//   {"ok":true,"nodes":[{"name":"n1","state":"dead","pid":4711}]}
//   {"ok":false,"code":"node_died","message":"...","why":"...","fix":"..."}
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "testnet/state.h"

namespace hs {

enum class SupervisorOp {
  kill,     // SIGKILL; answered when the nodes are gone
  stop,     // SIGTERM, after the grace SIGKILL; answered when they are gone
  start,    // those that do not run; answered when they are ready
  restart,  // stop, then start
  pause,    // SIGSTOP
  resume,   // SIGCONT
  add,      // nodes that testnet.yaml has gained: as start
  remove,   // as stop; they are forgotten then
  down,     // stop all and end the supervisor; answered before it ends
};
[[nodiscard]] std::string to_text(SupervisorOp op);

struct SupervisorRequest {
  SupervisorOp op = SupervisorOp::down;
  std::vector<std::string> nodes;  // empty for down
};

struct SupervisorFailure {
  std::string code;  // node_died, timed_out, unknown_node, bad_request, not_running
  std::string message;
  std::string why;
  std::string fix;
};

struct SupervisorReply {
  std::vector<NodeEntry> nodes;              // of those asked about, as they are now
  std::optional<SupervisorFailure> failure;  // none: all is done
};

// Lines without their newline.
[[nodiscard]] std::string encode(const SupervisorRequest& request);
[[nodiscard]] std::string encode(const SupervisorReply& reply);
// Errors: bad_value.
[[nodiscard]] Result<SupervisorRequest> decode_request(std::string_view line);
[[nodiscard]] Result<SupervisorReply> decode_reply(std::string_view line);

// Connects, asks and waits for the answer. Errors: unavailable (no supervisor listens), timed_out.
[[nodiscard]] Result<SupervisorReply> ask_supervisor(const TestnetLayout& layout,
                                                     const SupervisorRequest& request,
                                                     Duration timeout);

}  // namespace hs
