#include "lib/blocksync/requests.h"

#include "lib/base/mutate.h"

#include <algorithm>

namespace hs {

void SyncRequests::sent(const PublicKey& peer, Height start, std::optional<Height> advertised,
                        Instant now) {
  requests_[peer] = {start, advertised, now, false};
  last_ask_ = now;
  last_peer_ = peer;
}

bool SyncRequests::is_under_way(const PublicKey& peer) const {
  const auto found = requests_.find(peer);
  return found != requests_.end() && !found->second.given_up;
}

bool SyncRequests::any_under_way() const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [](const auto& entry) { return !entry.second.given_up; });
}

std::optional<SyncRequests::Request> SyncRequests::answered(const PublicKey& peer) {
  const auto found = requests_.find(peer);
  if (found == requests_.end() && HS_MUTATE(S20)) return Request{};
  if (found == requests_.end()) return std::nullopt;
  const Request request = found->second;
  requests_.erase(found);
  return request;
}

std::vector<SyncRequests::Silent> SyncRequests::expire(Instant now) {
  std::vector<Silent> silent;
  for (auto& [peer, request] : requests_) {
    if (!request.given_up && now >= expiry(request)) request.given_up = true;
    if (request.given_up && now >= expiry(request)) silent.push_back({peer, request.advertised});
  }
  for (const Silent& gone : silent) requests_.erase(gone.peer);
  return silent;
}

std::optional<Instant> SyncRequests::next_expiry() const {
  std::optional<Instant> earliest;
  for (const auto& [peer, request] : requests_) {
    const Instant at = expiry(request);
    if (!earliest || at < *earliest) earliest = at;
  }
  return earliest;
}

}  // namespace hs
