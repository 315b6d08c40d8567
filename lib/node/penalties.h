// Who sends too much that is wrong. A peer whose messages fail their checks more than a hundred
// times a second costs more than it brings, and is kept away for a while. [RELIABILITY 5]
#pragma once
#include <map>
#include <optional>
#include <set>

#include "lib/base/time.h"
#include "lib/crypto/signatures.h"

namespace hs {

constexpr unsigned failures_per_second_max = 100;
constexpr Duration banishment = std::chrono::seconds(10);

// Memory: one entry per key that failed lately; keys come from allowed peers only.
class Penalties {
 public:
  // Counts one failed check. True if the peer is to be sent away now.
  bool failed(const PublicKey& peer, Instant now) {
    Count& count = counts_[peer];
    if (now - count.second_began >= std::chrono::seconds(1)) count = {.second_began = now};
    if (++count.failures <= failures_per_second_max) return false;
    counts_.erase(peer);
    return banished_.insert_or_assign(peer, now + banishment).second;
  }
  [[nodiscard]] bool is_banished(const PublicKey& peer) const { return banished_.contains(peer); }
  // Lets those go whose time is over. True if there were any.
  bool expire(Instant now) {
    return std::erase_if(banished_, [&](const auto& entry) { return entry.second <= now; }) > 0;
  }
  // When expire() has something to do; none: nobody is banished.
  [[nodiscard]] std::optional<Instant> next_expiry() const {
    std::optional<Instant> first;
    for (const auto& [peer, until] : banished_) {
      if (!first || until < *first) first = until;
    }
    return first;
  }

 private:
  struct Count {
    Instant second_began;
    unsigned failures = 0;
  };
  std::map<PublicKey, Count> counts_;
  std::map<PublicKey, Instant> banished_;
};

}  // namespace hs
