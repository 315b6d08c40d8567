#include "lib/net/counters.h"

namespace hs {

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::peer_closed:
      return "peer_closed";
    case CloseReason::unreachable:
      return "unreachable";
    case CloseReason::handshake_failed:
      return "handshake_failed";
    case CloseReason::unknown_key:
      return "unknown_key";
    case CloseReason::wrong_peer:
      return "wrong_peer";
    case CloseReason::hello_mismatch:
      return "hello_mismatch";
    case CloseReason::refused_by_peer:
      return "refused_by_peer";
    case CloseReason::preauth_timeout:
      return "preauth_timeout";
    case CloseReason::preauth_bytes:
      return "preauth_bytes";
    case CloseReason::pending_limit:
      return "pending_limit";
    case CloseReason::handshake_rate:
      return "handshake_rate";
    case CloseReason::inbound_limit:
      return "inbound_limit";
    case CloseReason::bad_frame:
      return "bad_frame";
    case CloseReason::idle:
      return "idle";
    case CloseReason::too_slow:
      return "too_slow";
    case CloseReason::queue_full:
      return "queue_full";
    case CloseReason::replaced:
      return "replaced";
    case CloseReason::stopped:
      return "stopped";
  }
  return "unknown";
}

}  // namespace hs
