// The requests of a sync client: one under way per peer, matched by bookkeeping, as a response
// names no request. [PROTOCOL 3A.8, S19, S20]
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "lib/base/time.h"
#include "lib/blocksync/window.h"
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
    std::uint32_t blocks = 0;          // as many were asked for
    std::optional<Height> advertised;  // what the peer claimed to hold when it was asked
  };

  void sent(const PublicKey& peer, const Request& request, Instant now);
  // A request to this peer that still occupies its slot.
  [[nodiscard]] bool is_under_way(const PublicKey& peer) const;
  [[nodiscard]] bool any_under_way() const;
  [[nodiscard]] std::size_t under_way() const;
  // The heights that requests under way will bring, if they are answered in full.
  [[nodiscard]] std::vector<HeightRange> ranges() const;

  struct Answered {
    Request request;
    bool in_time = false;
    // No other request can be meant: the only one that waited, or its start is among the heights.
    // Else the response must not be blamed for what this request asked for.
    bool is_certain = false;
  };
  // Ends the request that a response of `peer` with these heights (none: no blocks) answers: of
  // several that wait, the oldest whose start is among them, or else the oldest. None if the
  // response answers nothing.
  [[nodiscard]] std::optional<Answered> answered(const PublicKey& peer,
                                                 const std::optional<HeightRange>& heights);
  void forget(const PublicKey& peer) { peers_.erase(peer); }

  struct Silent {
    PublicKey peer;
    std::optional<Height> advertised;
  };
  struct Expired {
    std::vector<PublicKey> given_up;  // their slots are free
    std::vector<Silent> silent;       // nothing came from them for `silence`; forgotten
  };
  [[nodiscard]] Expired expire(Instant now);
  [[nodiscard]] std::optional<Instant> next_expiry() const;

  [[nodiscard]] std::optional<Instant> last_ask() const { return last_ask_; }
  [[nodiscard]] const std::optional<PublicKey>& last_peer() const { return last_peer_; }

 private:
  // What one peer owes. Asking a silent peer again does not start its silence anew.
  struct Pending {
    std::vector<Request> requests;  // oldest first; only the newest can occupy the slot
    Instant sent;                   // the newest
    Instant silent_since;
    bool given_up = false;
  };
  [[nodiscard]] Instant expiry(const Pending& pending) const {
    return pending.given_up ? pending.silent_since + timeouts_.silence
                            : pending.sent + timeouts_.give_up;
  }

  Timeouts timeouts_;
  std::map<PublicKey, Pending> peers_;
  std::optional<Instant> last_ask_;
  std::optional<PublicKey> last_peer_;
};

}  // namespace hs
