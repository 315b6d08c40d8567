// The requests of a sync client: one under way per peer, matched by bookkeeping, as a response
// names no request. [PROTOCOL 3A.8, S19, S20]
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "lib/base/time.h"
#include "lib/crypto/signatures.h"
#include "lib/types/scalars.h"

namespace hs {

class SyncRequests {
 public:
  struct Timeouts {
    Duration give_up;  // the slot is free again, a late answer is still taken
    Duration silence;  // nothing came: the peer is silent
  };
  explicit SyncRequests(const Timeouts& timeouts) : timeouts_(timeouts) {}

  struct Request {
    Height start;
    std::optional<Height> advertised;  // what the peer claimed to hold when it was asked
    Instant sent;
    bool given_up = false;
  };

  void sent(const PublicKey& peer, Height start, std::optional<Height> advertised, Instant now);
  // A request to this peer that still occupies its slot.
  [[nodiscard]] bool is_under_way(const PublicKey& peer) const;
  [[nodiscard]] bool any_under_way() const;
  // Ends the request that a response of `peer` answers; none if it answers nothing.
  [[nodiscard]] std::optional<Request> answered(const PublicKey& peer);
  void disconnected(const PublicKey& peer) { requests_.erase(peer); }
  struct Silent {
    PublicKey peer;
    std::optional<Height> advertised;
  };
  // Frees slots whose time is over; returns peers from which nothing came for `silence`.
  [[nodiscard]] std::vector<Silent> expire(Instant now);
  [[nodiscard]] std::optional<Instant> next_expiry() const;

  [[nodiscard]] std::optional<Instant> last_ask() const { return last_ask_; }
  [[nodiscard]] const std::optional<PublicKey>& last_peer() const { return last_peer_; }

 private:
  [[nodiscard]] Instant expiry(const Request& request) const {
    return request.sent + (request.given_up ? timeouts_.silence : timeouts_.give_up);
  }

  Timeouts timeouts_;
  std::map<PublicKey, Request> requests_;
  std::optional<Instant> last_ask_;
  std::optional<PublicKey> last_peer_;
};

}  // namespace hs
