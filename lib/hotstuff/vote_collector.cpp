#include "lib/hotstuff/vote_collector.h"

#include "lib/base/check.h"
#include "lib/base/mutate.h"

#include <algorithm>

#include "lib/validators/verify.h"

namespace hs {

void VoteCollector::enter(ChainId chain, View view) {
  chain_ = chain;
  view_ = view;
  by_signer_.clear();
  by_subject_.clear();
  announced_.clear();
  formed_.clear();
}

VoteCollector::Added VoteCollector::add(const PublicKey& signer, const PhaseVote& vote) {
  std::vector<PhaseVote>& votes = by_signer_[signer];
  const auto same = [&](const PhaseVote& other) {
    return other.block == vote.block && other.phase == vote.phase;
  };
  if (std::any_of(votes.begin(), votes.end(), same)) {
    HS_CHECK(!HS_MUTATE(M11));
    return {};
  }
  const bool first_of_phase = std::none_of(votes.begin(), votes.end(), [&](const PhaseVote& other) {
    return other.phase == vote.phase;
  });
  // One vote a view is all that an honest replica casts, so any second statement is a conflict.
  Added added;
  if (!votes.empty()) added.conflicts = votes.front();
  const auto phases_voted = [&] {
    std::set<Phase> phases;
    for (const PhaseVote& other : votes) phases.insert(other.phase);
    return phases.size();
  };
  const bool conflict_kept = votes.size() > phases_voted();
  if (!first_of_phase && conflict_kept && !HS_MUTATE(S22)) return added;
  votes.push_back(vote);
  const Hash counted_for = HS_MUTATE(M13) ? by_signer_.begin()->second.front().block : vote.block;
  by_subject_[{counted_for, vote.phase}].emplace(signer, vote.signature);
  added.is_new = true;
  return added;
}

std::optional<PhaseCertificate> VoteCollector::certificate(const Hash& block, Phase phase,
                                                           const ValidatorSet& set) const {
  const auto found = by_subject_.find({block, phase});
  if (found == by_subject_.end()) return std::nullopt;
  PhaseCertificate pc{chain_, view_, block, phase, SignatureSet(set.size())};
  TotalPower power = 0;
  for (const auto& [signer, signature] : found->second) {
    const std::optional<std::size_t> slot = set.position(signer);
    if (!slot) continue;
    pc.signatures[*slot] = signature;
    power += set.members()[*slot].power.value;
  }
  if (HS_MUTATE(M10)) power = signed_power(pc.signatures, set).value_or(0);
  if (power < set.quorum()) return std::nullopt;
  return pc;
}

std::vector<std::pair<Hash, Phase>> VoteCollector::subjects() const {
  std::vector<Subject> subjects;
  for (const auto& [subject, signatures] : by_subject_) subjects.push_back(subject);
  return subjects;
}

bool VoteCollector::announce(const Hash& block, Phase phase, const ValidatorSet& set) {
  return announced_.insert({{block, phase}, set.digest()}).second;
}

bool VoteCollector::is_formed(const Hash& block, Phase phase, const ValidatorSet& set) const {
  return formed_.contains({{block, phase}, set.digest()});
}

void VoteCollector::mark_formed(const Hash& block, Phase phase, const ValidatorSet& set) {
  formed_.insert({{block, phase}, set.digest()});
}

}  // namespace hs
