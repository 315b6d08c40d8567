#include "lib/blocksync/peer_book.h"

#include "lib/base/mutate.h"

#include <algorithm>

namespace hs {
namespace {

// Bans are remembered for the doubling; more peers than this never misbehave at once.
constexpr std::size_t remembered_bans_max = 1024;

}  // namespace

void PeerBook::disconnected(const PublicKey& peer) {
  connected_.erase(peer);
  advertisements_.erase(peer);
}

void PeerBook::advertised(const PublicKey& peer, Height height, Instant now) {
  advertisements_[peer] = {height, now};
}

std::optional<Height> PeerBook::advertised_height(const PublicKey& peer) const {
  const auto found = advertisements_.find(peer);
  if (found == advertisements_.end()) return std::nullopt;
  return found->second.height;
}

std::vector<PublicKey> PeerBook::servers(std::optional<Height> height) const {
  std::vector<PublicKey> servers;
  for (const auto& [peer, advertisement] : advertisements_) {
    if (!connected_.contains(peer)) continue;
    if (until_.contains(peer)) continue;
    if (height && advertisement.height < *height) continue;
    servers.push_back(peer);
  }
  return servers;
}

void PeerBook::ban(const PublicKey& peer, Instant now) {
  if (HS_MUTATE(M36)) return;
  if (last_ban_.size() >= remembered_bans_max) last_ban_.clear();
  Ban& ban = last_ban_[peer];
  if (now - ban.until >= limits_.ban_max) ban.length = Duration{0};
  ban.length =
      ban.length == Duration{0} ? limits_.ban_min : std::min(2 * ban.length, limits_.ban_max);
  ban.until = now + ban.length;
  until_[peer] = ban.until;
  advertisements_.erase(peer);
}

std::size_t PeerBook::expire(Instant now) {
  const std::size_t ended = std::erase_if(until_, [&](const auto& entry) {
    return HS_MUTATE(S13) ? entry.second > now : entry.second <= now;
  });
  std::erase_if(advertisements_, [&](const auto& entry) {
    return now - entry.second.at > limits_.advertisement_age_max;
  });
  return ended;
}

std::optional<Instant> PeerBook::next_expiry() const {
  std::optional<Instant> earliest;
  for (const auto& [peer, until] : until_) {
    if (!earliest || until < *earliest) earliest = until;
  }
  return earliest;
}

}  // namespace hs
