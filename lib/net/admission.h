// May one more inbound connection be taken? A question about numbers; who makes room is the
// transport's business.
#pragma once
#include <optional>

#include "lib/net/transport.h"

namespace hs {

struct Crowd {
  std::size_t allowed = 0;             // keys that may connect
  std::size_t inbound = 0;             // inbound connections, whatever their state
  std::size_t pending = 0;             // of them, those that never were up
  std::size_t pending_from_there = 0;  // of them, those from the address that asks
  bool loopback = false;               // is that address a loopback one?
};

struct Admission {
  std::optional<CloseReason> refusal;  // pending_limit or inbound_limit
  bool needs_room = false;             // welcome if a pending connection makes room
};

[[nodiscard]] Admission judge(const Crowd& crowd, const TransportLimits& limits);

}  // namespace hs
