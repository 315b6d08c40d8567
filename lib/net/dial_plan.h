// Whom to dial and when. Of two replicas the smaller key dials at once; the other waits for it, and
// dials too when no connection came. Failures back off exponentially with jitter. Pure: time and
// chance come in. [ARCHITECTURE 5 Wire]
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "lib/base/rng.h"
#include "lib/crypto/signatures.h"

namespace hs {

class DialPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Span = std::chrono::milliseconds;
  struct Timing {
    Span backoff_min;  // before the second attempt; doubled with every further failure
    Span backoff_max;
    Span patience;  // how long the larger key waits for the smaller
  };

  DialPlan(const PublicKey& self, const Timing& timing, std::uint64_t seed)
      : self_(self), timing_(timing), rng_(seed) {}

  // A peer that should be connected, is not, and whose address is known. No effect if it is planned
  // for already.
  void add(const PublicKey& key, Time now);
  // A peer that need not be connected any more.
  void remove(const PublicKey& key) { peers_.erase(key); }
  [[nodiscard]] bool contains(const PublicKey& key) const { return peers_.contains(key); }

  // The keys whose time has come; they count as being dialed until failed() or connected().
  [[nodiscard]] std::vector<PublicKey> take_due(Time now);
  // When take_due() will have something; nothing if no one is waiting to be dialed.
  [[nodiscard]] std::optional<Time> next_due() const;

  void failed(const PublicKey& key, Time now);
  // A connection in either direction is up.
  void connected(const PublicKey& key, Time now);
  // It ended. One that did not last counts as a failure, so that two processes with one key, each
  // taking the other's place, do not do so without pause.
  void lost(const PublicKey& key, Time now);

  // How many dials of this peer have failed since the last connection; chooses among its addresses.
  [[nodiscard]] std::size_t failures(const PublicKey& key) const;

 private:
  enum class Phase { waiting, dialing, connected };
  struct Peer {
    Phase phase = Phase::waiting;
    Time due{};  // waiting: when to dial; connected: since when
    std::size_t failures = 0;
  };
  [[nodiscard]] Span backoff(std::size_t failures);

  PublicKey self_;
  Timing timing_;
  Rng rng_;
  std::map<PublicKey, Peer> peers_;
};

}  // namespace hs
