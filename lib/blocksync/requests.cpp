#include "lib/blocksync/requests.h"

#include <algorithm>

#include "lib/base/mutate.h"

namespace hs {
namespace {

// Unanswered requests to one peer that are remembered; a peer is found silent long before.
constexpr std::size_t unanswered_max = 16;

}  // namespace

void SyncRequests::sent(const PublicKey& peer, const Request& request, Instant now) {
  Pending& pending = peers_[peer];
  if (pending.requests.empty()) pending.silent_since = now;
  if (pending.requests.size() == unanswered_max) pending.requests.erase(pending.requests.begin());
  pending.requests.push_back(request);
  pending.sent = now;
  pending.given_up = false;
  last_ask_ = now;
  last_peer_ = peer;
}

bool SyncRequests::is_under_way(const PublicKey& peer) const {
  const auto found = peers_.find(peer);
  return found != peers_.end() && !found->second.given_up;
}

std::size_t SyncRequests::under_way() const {
  return static_cast<std::size_t>(std::count_if(
      peers_.begin(), peers_.end(), [](const auto& entry) { return !entry.second.given_up; }));
}

bool SyncRequests::any_under_way() const { return under_way() > 0; }

std::vector<HeightRange> SyncRequests::ranges() const {
  std::vector<HeightRange> ranges;
  for (const auto& [peer, pending] : peers_) {
    if (pending.given_up) continue;
    const Request& newest = pending.requests.back();
    ranges.push_back({newest.start, Height{newest.start.value + newest.blocks - 1}});
  }
  return ranges;
}

std::optional<SyncRequests::Answered> SyncRequests::answered(
    const PublicKey& peer, const std::optional<HeightRange>& heights) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    if (HS_MUTATE(S20)) return Answered{};
    return std::nullopt;
  }
  Pending& pending = found->second;
  auto match =
      std::find_if(pending.requests.begin(), pending.requests.end(), [&](const Request& request) {
        return heights && heights->first <= request.start && request.start <= heights->last;
      });
  const bool is_certain =
      match != pending.requests.end() || pending.requests.size() == 1 || HS_MUTATE(S20b);
  if (match == pending.requests.end()) match = pending.requests.begin();
  const bool is_newest = std::next(match) == pending.requests.end();
  const Answered result{*match, is_newest && !pending.given_up, is_certain};
  // Answers come in the order of requests: what was asked before this one has been lost.
  pending.requests.erase(pending.requests.begin(), std::next(match));
  if (pending.requests.empty()) {
    peers_.erase(found);
  } else {
    pending.silent_since = pending.sent;
  }
  return result;
}

SyncRequests::Expired SyncRequests::expire(Instant now) {
  Expired expired;
  for (auto& [peer, pending] : peers_) {
    if (!pending.given_up && now >= expiry(pending)) {
      pending.given_up = true;
      expired.given_up.push_back(peer);
    }
    if (pending.given_up && now >= expiry(pending)) {
      expired.silent.push_back({peer, pending.requests.front().advertised});
    }
  }
  for (const Silent& gone : expired.silent) peers_.erase(gone.peer);
  return expired;
}

std::optional<Instant> SyncRequests::next_expiry() const {
  std::optional<Instant> earliest;
  for (const auto& [peer, pending] : peers_) {
    const Instant at = expiry(pending);
    if (!earliest || at < *earliest) earliest = at;
  }
  return earliest;
}

}  // namespace hs
