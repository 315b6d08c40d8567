// May one more inbound connection be taken? A question about numbers; who makes room is the
// transport's business.
#pragma once
#include <chrono>
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

// How often strangers may make us compute. A bucket that refills within a second; strangers find it
// empty when half is left, so that a flood of theirs does not keep out those we know.
class HandshakeRate {
 public:
  using Clock = std::chrono::steady_clock;

  // May a handshake begin now? `is_known`: from an address at which an allowed key is known, or
  // the loopback. `now` never goes back.
  [[nodiscard]] bool take(Clock::time_point now, std::size_t per_second, bool is_known);

 private:
  std::optional<Clock::time_point> refilled_;
  double left_ = 0;
};

}  // namespace hs
