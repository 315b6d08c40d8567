// Who can serve blocks, and who is not to be asked for a while. [PROTOCOL 5.3, S13, S20]
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lib/base/time.h"
#include "lib/crypto/signatures.h"
#include "lib/types/scalars.h"

namespace hs {

class PeerBook {
 public:
  struct Limits {
    Duration advertisement_age_max;
    Duration ban_min;
    Duration ban_max;
  };
  explicit PeerBook(const Limits& limits) : limits_(limits) {}

  void connected(const PublicKey& peer) { connected_.insert(peer); }
  void disconnected(const PublicKey& peer);
  [[nodiscard]] bool is_connected(const PublicKey& peer) const { return connected_.contains(peer); }
  [[nodiscard]] const std::set<PublicKey>& connected() const { return connected_; }

  void advertised(const PublicKey& peer, Height height, Instant now);
  [[nodiscard]] std::optional<Height> advertised_height(const PublicKey& peer) const;
  // Connected, advertising at least `height`, not banned; ascending order of keys.
  [[nodiscard]] std::vector<PublicKey> servers(std::optional<Height> height) const;

  // 10 s, doubling with each further ban up to 10 min, and 10 s again for who has then behaved for
  // 10 min; the advertisement is forgotten.
  void ban(const PublicKey& peer, Instant now);
  [[nodiscard]] bool is_banned(const PublicKey& peer) const { return until_.contains(peer); }
  // Removes what is over at `now`: bans whose expiry is <= now, advertisements that aged out.
  // Returns the number of bans that ended.
  std::size_t expire(Instant now);
  [[nodiscard]] std::optional<Instant> next_expiry() const;

 private:
  struct Advertisement {
    Height height;
    Instant at;
  };
  Limits limits_;
  std::set<PublicKey> connected_;
  std::map<PublicKey, Advertisement> advertisements_;
  std::map<PublicKey, Instant> until_;
  struct Ban {
    Duration length{};
    Instant until;
  };
  std::map<PublicKey, Ban> last_ban_;
};

}  // namespace hs
