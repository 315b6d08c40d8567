#include "lib/blocksync/sessions.h"

#include <algorithm>

#include "lib/base/mutate.h"

namespace hs {
namespace {

// A block shows the certificate of the one before it, so that the last one of a reply may be of no
// use. On a link whose every answer is late, for its latency and not for its load, a reply of one
// block would lead nowhere.
constexpr std::uint32_t blocks_min = 8;

}  // namespace

bool SyncSessions::asked(const PublicKey& peer, Instant now) {
  return open_.try_emplace(peer, Session{.started = now}).second;
}

std::vector<PublicKey> SyncSessions::open() const {
  std::vector<PublicKey> peers;
  for (const auto& [peer, session] : open_) peers.push_back(peer);
  return peers;
}

void SyncSessions::took_block(const PublicKey& peer) {
  const auto found = open_.find(peer);
  if (found != open_.end()) ++found->second.blocks;
}

void SyncSessions::replied(const PublicKey& peer, bool in_vain) {
  const auto found = open_.find(peer);
  if (found == open_.end()) return;
  found->second.vain_replies = in_vain ? found->second.vain_replies + 1 : 0;
}

bool SyncSessions::is_over(const PublicKey& peer, Instant now) const {
  const auto found = open_.find(peer);
  if (found == open_.end()) return false;
  if (found->second.vain_replies >= limits_.vain_replies_max) return true;
  return now - found->second.started >= limits_.time_max;
}

std::optional<std::uint64_t> SyncSessions::close(const PublicKey& peer) {
  const auto found = open_.find(peer);
  if (found == open_.end()) return std::nullopt;
  const std::uint64_t blocks = found->second.blocks;
  open_.erase(found);
  return blocks;
}

std::uint32_t SyncSessions::blocks_to_ask(const PublicKey& peer) const {
  const auto found = blocks_.find(peer);
  return found == blocks_.end() ? limits_.blocks_first : found->second;
}

void SyncSessions::answered_in_time(const PublicKey& peer) {
  blocks_[peer] = std::min(2 * blocks_to_ask(peer), limits_.blocks_max);
}

void SyncSessions::was_late(const PublicKey& peer) {
  const std::uint32_t least = HS_MUTATE(S19b) ? 1 : std::min(blocks_min, limits_.blocks_max);
  blocks_[peer] = std::max(blocks_to_ask(peer) / 4, least);
}

void SyncSessions::forget(const PublicKey& peer) {
  open_.erase(peer);
  resting_.erase(peer);
  blocks_.erase(peer);
}

}  // namespace hs
