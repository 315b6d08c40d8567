#include "lib/net/admission.h"

#include <algorithm>

namespace hs {

Admission judge(const Crowd& crowd, const TransportLimits& limits) {
  // Not for loopback: all nodes of a local testnet share 127.0.0.1, and who can connect from there
  // has the other 127.x.x.x, too.
  if (!crowd.loopback && crowd.pending_from_there >= limits.pending_per_address_max) {
    return {.refusal = CloseReason::pending_limit};
  }
  const bool needs_room = crowd.pending >= limits.pending_max;
  const std::size_t others = crowd.inbound - (needs_room ? 1 : 0);
  if (others >= 2 * crowd.allowed + inbound_connections_extra) {
    return {.refusal = CloseReason::inbound_limit};
  }
  return {.refusal = std::nullopt, .needs_room = needs_room};
}

bool HandshakeRate::take(Clock::time_point now, std::size_t per_second, bool is_known) {
  const auto full = static_cast<double>(per_second);
  const double passed =
      refilled_ ? std::chrono::duration<double>(now - *refilled_).count() : 1.0;
  refilled_ = now;
  left_ = std::min(full, left_ + passed * full);
  const double kept = is_known ? 0 : full / 2;
  if (left_ < kept + 1) return false;
  left_ -= 1;
  return true;
}

}  // namespace hs
