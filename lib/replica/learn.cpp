// Learning certificates: judging them, applying them to the tree, and what follows. [PROTOCOL 3A.2]
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/hotstuff/rules.h"
#include "lib/replica/state.h"

namespace hs {

// Failed checks are counted against who caused them; beyond the quota nothing of theirs is verified
// for the rest of the second. [S35]
Verdict ReplicaState::judged(const PhaseCertificate& pc, const PublicKey& origin) {
  if (!may_check(origin) && !HS_MUTATE(S35)) return Verdict::bad;
  // No honest member signs a phase that its block cannot have. [S22]
  const bool is_stored = !pc.is_genesis() && tree_.contains(pc.block);
  if (is_stored && !phase_fits_block(tree_, pc.phase, pc.block) && !HS_MUTATE(S22c)) {
    return Verdict::bad;
  }
  const std::uint64_t refused = verifier_.signatures().refused();
  const Verdict verdict = judge(tree_, pc, verifier_);
  failed_checks_.use(origin, now_, verifier_.signatures().refused() - refused);
  return verdict;
}

bool ReplicaState::may_check(const PublicKey& origin) {
  const bool allowed = failed_checks_.allows(origin, now_);
  if (!allowed) ++tally_.unchecked_signature;
  return allowed;
}

bool ReplicaState::is_useful(const PhaseCertificate& pc) const {
  if (pc.view > tree_.highest_pc().view) return true;
  if (pc.view >= view_) return true;
  if (pc.phase != Phase::commit && pc.phase != Phase::decide) return false;
  const auto header = tree_.header(pc.block);
  if (!header) return false;
  if (std::holds_alternative<PendingUpdates>(tree_.updates_status(pc.block))) return true;
  return !sets().update_decided && sets().update_height == header->height;
}

// A correct certificate of `view` exists, applied or not.
void ReplicaState::seen(View view) {
  // Only a LATER view shows that a quorum followed; the certificate itself may have been shown to
  // few by a leader that held the rest back. [S51]
  if (echo_ && view > echo_->pc.view) echo_.reset();
  if (second_ && view >= second_->vote.view) second_.reset();
  vote_wait_.saw_certificate(view, now_);
}

void ReplicaState::apply(const PhaseCertificate& pc) {
  const TreeUpdate update = update_for(tree_, pc);
  if (update.commit && !extends_committed(*update.commit)) {
    halt(tree_.highest_pc(), pc, "it commits a block beside the committed chain");
    return;
  }
  const std::optional<Height> committed_before = tree_.committed_height();
  const TreeUpdateResult result = tree_.apply(update);
  if (committed_before) HS_CHECK(*tree_.committed_height() >= *committed_before);
  report_update(update, result, pc);
  if (result.sets_changed) sets_changed_ = true;
  seen(pc.view);
}

void ReplicaState::report_update(const TreeUpdate& update, const TreeUpdateResult& result,
                                 const PhaseCertificate& pc) {
  if (update.highest_pc) emit(event::UpdateHighestPC{*update.highest_pc});
  if (update.locked_pc) emit(event::UpdateLockedPC{*update.locked_pc});
  for (const CommittedInUpdate& committed : result.committed) {
    const View view = certified_in(committed.block, pc);
    if (committed.pruned_depth >= Tally::deep_branch) ++tally_.deep_prunes;
    emit(event::PruneBlock{committed.block});
    emit(event::CommitBlock{committed.block, committed.height, view});
    if (committed.validator_set_updates && !HS_MUTATE(S53)) {
      emit(event::UpdateValidatorSet{committed.block, *committed.validator_set_updates});
    }
    const std::optional<Block> block = tree_.block(committed.block);
    HS_CHECK(block.has_value());
    try {
      app_.on_commit({*block, view});
    } catch (const StoreFailure&) {
      throw;
    } catch (const std::exception& failure) {
      emit(event::AppFailure{"on_commit", failure.what()});
    }
  }
}

// The view of the certificate of `block` on the branch that `tip` certifies.
View ReplicaState::certified_in(const Hash& block, const PhaseCertificate& tip) const {
  PhaseCertificate certificate = tip;
  while (certificate.block != block) {
    const auto header = tree_.header(certificate.block);
    HS_CHECK(header != nullptr);
    certificate = header->justify;
  }
  return certificate.view;
}

void ReplicaState::learn_pc(const PhaseCertificate& pc, const PublicKey& origin, PcSource source) {
  if (pc.is_genesis()) return;  // correct by definition, so evidence of nothing
  if (pc.chain_id != config_.chain_id) return;
  if (!is_useful(pc)) return;
  const std::uint64_t refused = verifier_.signatures().refused();
  switch (judged(pc, origin)) {
    case Verdict::bad:
      // Of a set that we do not know yet even a true one looks bad; a signature that does not
      // verify is another matter, where the slots are those of a set that we know. [S36]
      if (verifier_.signatures().refused() > refused && tree_.contains(pc.block)) {
        complain(origin, "certificate", "a signature does not verify");
      } else {
        suspect(origin, "certificate", "not signed by a quorum of a set that is known here");
      }
      return;
    case Verdict::wants_commit_pc:
      ask({.prefer = origin});
      return;
    case Verdict::good:
      break;
  }
  seen(pc.view);
  if (!tree_.contains(pc.block)) {
    const bool newest = !retained_ || pc.view > retained_->pc.view;
    if (pc.view > tree_.highest_pc().view && newest && !HS_MUTATE(S37)) {
      retained_ = Retained{pc, origin, source == PcSource::collected};
      ask({.prefer = origin});
    }
  } else if (safe_pc(tree_, pc, config_.chain_id)) {
    apply(pc);
  }
  if (pc.view < view_) return;
  // A certificate from a NewView, from sync or from our own collector moves the view only once it
  // is applied: acting on one for an unknown block orphans that block. [S37]
  const bool moves_at_once = source == PcSource::justify || source == PcSource::advance;
  if (moves_at_once || tree_.highest_pc() == pc) leave_by_pc(pc, origin, source);
}

void ReplicaState::learn_tc(const TimeoutCertificate& tc, const PublicKey& origin) {
  const std::optional<TimeoutCertificate>& highest = tree_.highest_tc();
  const bool is_past = tc.view < view_;
  if (is_past && highest && (highest->view > tc.view || *highest == tc)) return;
  if (!may_check(origin)) return;
  // One of equal view replaces a stored one that no set of today accepts: whoever we show that to
  // could make nothing of it. [S34]
  const bool replaces =
      highest && highest->view == tc.view && !HS_MUTATE(S34b) &&
      !judge_tc(sets(), *highest, config_.chain_id, config_.epoch_length, verifier_);
  if (is_past && highest && highest->view == tc.view && !replaces) return;
  // What is wrong with the stored one is not the sender's doing.
  const std::uint64_t refused = verifier_.signatures().refused();
  const bool good = judge_tc(sets(), tc, config_.chain_id, config_.epoch_length, verifier_) ||
                    (HS_MUTATE(S34) && origin == me());
  failed_checks_.use(origin, now_, verifier_.signatures().refused() - refused);
  if (!good) {
    // An honest peer may still hold the old one, too.
    if (!replaces) {
      suspect(origin, "timeout certificate", "wrong view or not signed by a quorum");
    }
    return;
  }
  seen(tc.view);
  if (!highest || tc.view > highest->view || replaces) {
    tree_.set_highest_tc(tc);
    emit(event::UpdateHighestTC{tc});
  }
  // Kept; no view change and no error. [S06]
  if (tc.view < view_ && !HS_MUTATE(S06)) return;
  tree_.set_epoch_change_certificate(ProgressCertificate{tc});
  if (may_advance()) broadcast_advance(tc);
  enter_view(next(tc.view), EnteredBy::tc, false);
}

}  // namespace hs
