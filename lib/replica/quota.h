// How much work and how many bytes one peer may cost us in a second. [PROTOCOL S18, S35]
#pragma once
#include <cstdint>
#include <map>

#include "lib/base/time.h"
#include "lib/crypto/signatures.h"

namespace hs {

// A count per peer that starts anew every second. Peers are authenticated, so their number is
// bounded by what the transport admits; forget_old() sheds those that went away.
class Quota {
 public:
  explicit Quota(std::uint64_t per_second) : per_second_(per_second) {}

  // Is something left for `peer` at `now`?
  [[nodiscard]] bool allows(const PublicKey& peer, Instant now) const {
    const auto found = used_.find(peer);
    return found == used_.end() || now - found->second.since >= seconds_ ||
           found->second.amount < per_second_;
  }
  // When something is left for `peer` again: `now`, if there is now.
  [[nodiscard]] Instant allowed_at(const PublicKey& peer, Instant now) const {
    return allows(peer, now) ? now : used_.at(peer).since + seconds_;
  }
  void use(const PublicKey& peer, Instant now, std::uint64_t amount) {
    if (amount == 0) return;
    Used& used = used_[peer];
    if (now - used.since >= seconds_) used = {now, 0};
    used.amount += amount;
  }
  // Only for a peer whose second is over, so that reconnecting does not refill it.
  void forget_old(Instant now) {
    std::erase_if(used_, [&](const auto& entry) { return now - entry.second.since >= seconds_; });
  }

 private:
  struct Used {
    Instant since;
    std::uint64_t amount = 0;
  };
  static constexpr Duration seconds_ = std::chrono::seconds(1);
  std::uint64_t per_second_;
  std::map<PublicKey, Used> used_;
};

}  // namespace hs
