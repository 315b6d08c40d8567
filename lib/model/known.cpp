#include "lib/model/known.h"

#include <algorithm>

namespace hs::model {
namespace {

constexpr std::size_t views_max = 4'096;  // more than the largest replies of block sync hold
constexpr std::size_t votes_of_a_view_max = 4'096;

}  // namespace

void Known::add(const CertificatePtr& certificate, bool moves_view) {
  if (certificate->is_genesis()) return;
  if (certificate == latest_.certificate && (latest_.moves_view || !moves_view)) return;
  latest_ = {certificate, moves_view};
  const auto [at, is_new] = sightings_.try_emplace(certificate->view);
  if (is_new) {
    order_.push_back(certificate->view);
    if (order_.size() > views_max) {
      sightings_.erase(order_.front());
      order_.pop_front();
    }
  }
  for (Sighting& each : at->second) {
    if (each.certificate != certificate) continue;
    each.moves_view = each.moves_view || moves_view;
    return;
  }
  at->second.push_back({certificate, moves_view});
}

const std::vector<Sighting>& Known::of_view(View view) const {
  static const std::vector<Sighting> none;
  const auto found = sightings_.find(view);
  return found == sightings_.end() ? none : found->second;
}

bool Known::contains(const CertificatePtr& certificate) const {
  const std::vector<Sighting>& same_view = of_view(certificate->view);
  return std::any_of(same_view.begin(), same_view.end(),
                     [&](const Sighting& each) { return same(each.certificate, certificate); });
}

void Known::add(const HeardVote& vote) {
  std::vector<HeardVote>& votes = votes_[vote.view];
  if (votes.size() < votes_of_a_view_max) votes.push_back(vote);
}

const HeardOffer* Known::offer(const TookOffer& taken) const {
  const auto found = offers_.find(taken.view);
  if (found == offers_.end()) return nullptr;
  const bool is_nudge = taken.justify != nullptr;
  for (const HeardOffer& each : found->second) {
    if (each.origin != taken.origin || each.block != taken.block) continue;
    if (each.is_nudge == is_nudge && (!is_nudge || same(each.justify, taken.justify))) return &each;
  }
  return nullptr;
}

bool Known::has_vote(const Key& origin, const Certificate& pc) const {
  const auto found = votes_.find(pc.view);
  if (found == votes_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const HeardVote& vote) {
    return vote.origin == origin && vote.block == pc.block && vote.phase == pc.phase;
  });
}

bool Known::has_timeout_vote(const Key& origin, View view) const {
  const auto found = timeout_votes_.find(view);
  return found != timeout_votes_.end() && found->second.contains(origin);
}

void Known::enter(View view) {
  offers_.erase(offers_.begin(), offers_.lower_bound(view));
  votes_.erase(votes_.begin(), votes_.lower_bound(view));
  timeout_votes_.erase(timeout_votes_.begin(), timeout_votes_.lower_bound(view));
}

}  // namespace hs::model
