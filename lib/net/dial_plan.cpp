#include "lib/net/dial_plan.h"

#include <algorithm>

namespace hs {
namespace {

constexpr std::chrono::seconds lasting_connection{5};
// A connection that did come up shows that the peer lives, so the next backoff starts low again.
constexpr std::size_t failures_kept_max = 2;
constexpr std::size_t doublings_max = 16;

}  // namespace

// Between three quarters of the doubled span and the whole of it, so that peers which failed
// together do not come back together.
DialPlan::Span DialPlan::backoff(std::size_t failures) {
  const std::size_t doublings = std::min(failures, doublings_max);
  const auto doubled = timing_.backoff_min * (std::int64_t{1} << doublings);
  const auto whole = static_cast<std::uint64_t>(std::min(doubled, timing_.backoff_max).count());
  return Span{static_cast<std::int64_t>(rng_.between(whole - whole / 4, whole))};
}

void DialPlan::add(const PublicKey& key, Time now) {
  const auto [at, added] = peers_.try_emplace(key);
  if (added) at->second.due = self_ < key ? now : now + timing_.patience;
}

std::vector<PublicKey> DialPlan::take_due(Time now) {
  std::vector<PublicKey> due;
  for (auto& [key, peer] : peers_) {
    if (peer.phase != Phase::waiting || peer.due > now) continue;
    peer.phase = Phase::dialing;
    due.push_back(key);
  }
  return due;
}

std::optional<DialPlan::Time> DialPlan::next_due() const {
  std::optional<Time> earliest;
  for (const auto& [key, peer] : peers_) {
    if (peer.phase == Phase::waiting && (!earliest || peer.due < *earliest)) earliest = peer.due;
  }
  return earliest;
}

void DialPlan::failed(const PublicKey& key, Time now) {
  const auto at = peers_.find(key);
  if (at == peers_.end() || at->second.phase != Phase::dialing) return;
  at->second.phase = Phase::waiting;
  at->second.due = now + backoff(at->second.failures++);
}

void DialPlan::connected(const PublicKey& key, Time now) {
  Peer& peer = peers_[key];
  peer.phase = Phase::connected;
  peer.due = now;
  peer.failures = std::min(peer.failures, failures_kept_max);
}

void DialPlan::lost(const PublicKey& key, Time now) {
  const auto at = peers_.find(key);
  if (at == peers_.end() || at->second.phase != Phase::connected) return;
  Peer& peer = at->second;
  if (now - peer.due >= lasting_connection) peer.failures = 0;
  peer.phase = Phase::waiting;
  peer.due = now + (self_ < key ? backoff(peer.failures++) : timing_.patience);
}

std::size_t DialPlan::failures(const PublicKey& key) const {
  const auto at = peers_.find(key);
  return at == peers_.end() ? 0 : at->second.failures;
}

}  // namespace hs
