// What a sync client grants each server: time, replies that certify nothing new, and how many
// blocks it asks for at once. A server that used up its budget has told no provable lie, so it is
// not banned; it rests while there are others to ask. [S13, S19]
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lib/base/time.h"
#include "lib/crypto/signatures.h"

namespace hs {

class SyncSessions {
 public:
  struct Limits {
    Duration time_max;
    int vain_replies_max;        // in a row
    std::uint32_t blocks_first;  // asked of a server that is not known yet; >= 1
    std::uint32_t blocks_max;    // >= blocks_first
  };
  explicit SyncSessions(const Limits& limits) : limits_(limits) {}

  // Before each request. True if it opens a session.
  bool asked(const PublicKey& peer, Instant now);
  [[nodiscard]] bool any_open() const { return !open_.empty(); }
  [[nodiscard]] std::vector<PublicKey> open() const;
  void took_block(const PublicKey& peer);
  // A reply has been worked through; in vain if it led to no new certificate.
  void replied(const PublicKey& peer, bool in_vain);
  [[nodiscard]] bool is_over(const PublicKey& peer, Instant now) const;
  // Blocks taken in the session; none if there was none.
  std::optional<std::uint64_t> close(const PublicKey& peer);

  void rest(const PublicKey& peer) { resting_.insert(peer); }
  void wake_all() { resting_.clear(); }
  [[nodiscard]] bool is_resting(const PublicKey& peer) const { return resting_.contains(peer); }

  // Grows while answers come in time, so that a slow link is never asked for more than it carries.
  [[nodiscard]] std::uint32_t blocks_to_ask(const PublicKey& peer) const;
  void answered_in_time(const PublicKey& peer);
  void was_late(const PublicKey& peer);
  void forget(const PublicKey& peer);

 private:
  struct Session {
    Instant started;
    std::uint64_t blocks = 0;
    int vain_replies = 0;
  };
  Limits limits_;
  std::map<PublicKey, Session> open_;
  std::set<PublicKey> resting_;
  std::map<PublicKey, std::uint32_t> blocks_;
};

}  // namespace hs
