// Casting votes, and collecting them into certificates. [PROTOCOL 3A.5]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/hotstuff/roles.h"
#include "lib/hotstuff/rules.h"
#include "lib/replica/state.h"

namespace hs {

// After a reset of the data: only above the voted view, and only where the lost lock would have let
// us.
bool ReplicaState::record_permits(const PhaseCertificate& justify, const Hash& block) const {
  if (!bound_ || HS_MUTATE(S02b)) return true;
  if (bound_->voted_view && view_ <= *bound_->voted_view) return false;
  if (justify.view >= bound_->locked_view || block == bound_->locked_block) return true;
  return is_decided(tree_, bound_->locked_block) && !HS_MUTATE(S58e);
}

void ReplicaState::cast(Phase phase, const PhaseCertificate& justify, const Hash& block) {
  if (!is_phase_voter(sets(), me(), justify)) {
    ++tally_.not_a_voter;
    return;
  }
  const std::optional<View> voted = tree_.highest_view_phase_voted();
  if (voted && *voted >= view_ && !HS_MUTATE(M14)) {
    ++tally_.already_voted;
    return;
  }
  if (!record_permits(justify, block)) {
    ++tally_.record_binds;
    return;
  }
  tree_.set_highest_view_phase_voted(view_);
  if (!HS_MUTATE(M07)) record_.voted_view = view_;
  record_.voted_phase = phase;
  record_.voted_block = block;
  write_record();
  const Bytes statement = phase_statement(config_.chain_id, view_, block, phase);
  const PhaseVote vote{config_.chain_id, view_, block, phase, key_.sign(statement)};
  const ValidatorSet& collectors = collecting_set(sets(), phase);
  const PublicKey& first = collectors.leader(next(view_));
  const PublicKey& second = collectors.leader(next(next(view_)));
  send(first, vote);
  emit(event::PhaseVote{vote, first});
  vote_wait_.voted(view_, now_);
  // The leader of the next view may be down; the one after it can collect as well. [S47]
  if (second == first || HS_MUTATE(S47)) return;
  second_ = SecondVote{vote, second, now_ + vote_wait_.wait()};
}

// A commit may have pruned the block meanwhile, and then nobody needs the vote. [I09]
void ReplicaState::send_second_vote() {
  if (tree_.contains(second_->vote.block) || HS_MUTATE(S47c)) {
    send(second_->recipient, second_->vote);
  }
  second_.reset();
}

bool ReplicaState::may_vote_at_all(const PublicKey& signer) const {
  if (sets().committed->contains(signer) || sets().previous->contains(signer)) return true;
  for (const Hash& block : tree_.pending_update_blocks()) {
    const auto& pending = std::get<PendingUpdates>(tree_.updates_status(block));
    if (pending.updates.inserts.contains(signer) && !HS_MUTATE(S10c)) return true;
  }
  return false;
}

void ReplicaState::on_phase_vote(const PublicKey& origin, const PhaseVote& vote) {
  emit(event::ReceivePhaseVote{origin, vote});
  if (!may_vote_at_all(origin)) return;
  // Not provable: whether a block changes the set is what our app says of it. [S22]
  const bool is_stored = tree_.contains(vote.block);
  if (is_stored && !phase_fits_block(tree_, vote.phase, vote.block) && !HS_MUTATE(S22b)) {
    suspect(origin, "PhaseVote", "its block cannot have this phase");
    return;
  }
  if (!may_check(origin)) return;
  const Bytes statement = phase_statement(vote.chain_id, vote.view, vote.block, vote.phase);
  const bool is_signed = verifier_.signatures().verify(origin, statement, vote.signature);
  if (!is_signed && !HS_MUTATE(M12)) {
    failed_checks_.use(origin, now_, 1);
    complain(origin, "PhaseVote", "its signature does not verify");
    return;
  }
  const VoteCollector::Added added = votes_.add(origin, vote);
  if (added.conflicts && !HS_MUTATE(S23)) {
    ++equivocations_;
    const event::Equivocation proof{origin, *added.conflicts, vote};
    if (const auto change = evidence_.add(proof)) {
      if (change->dropped) tree_.drop_evidence(*change->dropped);
      tree_.keep_evidence(change->number, proof);
    }
    emit(proof);
  }
  if (!added.is_new && !added.conflicts) ++tally_.vote_again;
  if (added.is_new) collect(vote.block, vote.phase);
}

// Every set that may judge a certificate of this phase: votes do not say which they are for. [S38]
std::vector<ValidatorSetPtr> ReplicaState::sets_for(const Hash& block, Phase phase) const {
  std::vector<ValidatorSetPtr> candidates;
  const bool previous_judges = phase != Phase::decide && !sets().update_decided;
  if (previous_judges && !HS_MUTATE(S38)) candidates.push_back(sets().previous);
  candidates.push_back(sets().committed);
  if (phase == Phase::decide) {
    if (const auto* pending = std::get_if<PendingUpdates>(&tree_.updates_status(block))) {
      auto updated = sets().committed->with(pending->updates);
      if (updated && !HS_MUTATE(S38b))
        candidates.push_back(std::make_shared<const ValidatorSet>(std::move(*updated)));
    }
  }
  return candidates;
}

void ReplicaState::collect(const Hash& block, Phase phase) {
  for (const ValidatorSetPtr& set : sets_for(block, phase)) {
    if (votes_.is_formed(block, phase, *set)) continue;
    const std::optional<PhaseCertificate> pc = votes_.certificate(block, phase, *set);
    if (!pc) continue;
    if (votes_.announce(block, phase, *set)) emit(event::CollectPC{*pc});
    switch (judged(*pc, me())) {
      case Verdict::good:
        votes_.mark_formed(block, phase, *set);
        learn_pc(*pc, me(), PcSource::collected);
        return;
      case Verdict::wants_commit_pc:
        ask({});
        break;
      case Verdict::bad:
        break;  // of a set that does not judge it; further votes may help another
    }
  }
}

}  // namespace hs
