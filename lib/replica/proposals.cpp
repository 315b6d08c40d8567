// Storing blocks, proposals and nudges. Storing is not voting [S55]. [PROTOCOL 3A.5]
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/hotstuff/roles.h"
#include "lib/hotstuff/rules.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

constexpr std::uint64_t late_views_beyond_epoch = 64;
constexpr int plain_run_max = 64;  // of our own blocks

// Names what was refused. Not the hash alone, which does not cover the data: who shows us a block
// with false data first must not make us refuse the true ones. [S04]
Hash refusal_digest(const Block& block) {
  if (HS_MUTATE(S04)) return block.hash;
  return sha256(to_borsh(block));
}

}  // namespace

Stored ReplicaState::store_block(const Block& block, const PublicKey& origin, bool for_sync,
                                 bool justify_is_trusted) {
  const PhaseCertificate& justify = block.justify;
  if (block.hash != block_hash(block.height, justify, block.data_hash)) return Stored::refused;
  const bool may_have_child = justify.phase == Phase::generic || justify.phase == Phase::decide;
  if (!may_have_child && !HS_MUTATE(M31)) return Stored::refused;
  if ((block.height == Height{0}) != justify.is_genesis()) return Stored::refused;  // S03
  if (!justify_is_trusted) {
    const Verdict verdict = judged(justify, origin);
    if (verdict == Verdict::bad) return Stored::refused;
    if (verdict == Verdict::wants_commit_pc) return Stored::waits_for_commit_pc;
  }
  if (!justify.is_genesis() && !tree_.contains(justify.block)) return Stored::waits_for_parent;
  if (!height_fits(tree_, block.height, justify)) return Stored::refused;
  if (!fits_tree(tree_, justify, config_.chain_id)) return Stored::refused;
  if (HS_MUTATE(S55) && !passes_lock(tree_, justify)) return Stored::refused;
  // Never given to the app again: it may be committed by now, and the view would show the state
  // after it. [3.6, S30]
  if (tree_.contains(block.hash) && !HS_MUTATE(S30)) return Stored::stored;
  if (tree_.committed_height() && block.height <= *tree_.committed_height()) return Stored::refused;
  // Most replicas never refuse a block, and need not encode and hash each one to know it.
  const bool was_refused =
      refused_blocks_.size() > 0 && refused_blocks_.contains(refusal_digest(block));
  if (was_refused && !HS_MUTATE(S28b)) {
    if (origin == me()) ask_for_plain_blocks("one like it was refused before");
    return Stored::refused;
  }
  const bool decides_pending =
      justify.phase == Phase::decide &&
      std::holds_alternative<PendingUpdates>(tree_.updates_status(justify.block));
  if (decides_pending && !HS_MUTATE(S43)) {
    // The child of an update is validated on the state after it, so the update comes first. [S07,
    // S43]
    if (!passes_lock(tree_, justify) && !HS_MUTATE(S43b)) return Stored::not_now;
    apply(justify);
  }
  return validate_and_insert(block, origin, for_sync);
}

Stored ReplicaState::validate_and_insert(const Block& block, const PublicKey& origin,
                                         bool for_sync) {
  std::optional<Hash> parent;
  if (!block.justify.is_genesis()) parent = block.justify.block;
  Validation validation;
  try {
    const auto state = tree_.app_view(parent);
    const ValidateRequest request{block, *state};
    validation = for_sync ? app_.validate_for_sync(request) : app_.validate(request);
  } catch (const StoreFailure&) {
    throw;
  } catch (const std::exception& failure) {
    if (HS_MUTATE(S46)) throw;
    emit(event::AppFailure{"validate", failure.what()});  // not stored, not voted for [S46]
    return Stored::not_now;
  }
  if (const auto* invalid = std::get_if<InvalidBlock>(&validation)) {
    refuse(block, origin, "refused by the app: " + invalid->why);
    return Stored::refused;
  }
  const auto& valid = std::get<ValidBlock>(validation);
  if (valid.validator_set_updates) {
    const auto updated = sets().committed->with(*valid.validator_set_updates);
    const Status usable =
        updated ? check_usable(*updated) : Status(std::unexpected(updated.error()));
    if (!usable) {  // S14, S28
      refuse(block, origin, "its validator set is unusable: " + usable.error().what);
      return Stored::refused;
    }
  }
  tree_.insert(block, valid.app_state_updates, valid.validator_set_updates);
  emit(event::InsertBlock{std::make_shared<const Block>(block)});
  return Stored::stored;
}

void ReplicaState::refuse(const Block& block, const PublicKey& origin, std::string why) {
  refused_blocks_.insert(refusal_digest(block));
  if (origin != me()) return complain(origin, "block", std::move(why));
  ask_for_plain_blocks(why);
}

// Our own app has made a block that is refused, and would make it again in every view that we lead,
// as would those of the others: so we ask for plain blocks for a while, each time for longer. [S28]
void ReplicaState::ask_for_plain_blocks(const std::string& why) {
  plain_run_ = std::clamp(2 * plain_run_, 1, plain_run_max);
  plain_left_ = HS_MUTATE(S28c) ? 0 : plain_run_;
  emit(event::AppFailure{"produce", "a block that is not valid: " + why});
}

void ReplicaState::on_proposal(const PublicKey& origin, const MessagePtr& message,
                               std::size_t bytes) {
  const auto& proposal = std::get<Proposal>(*message);
  const Block& block = proposal.block;
  const View voting_view = view_;
  switch (store_block(block, origin, false, false)) {
    case Stored::refused:
    case Stored::not_now:
      suspect(origin, "Proposal", "its block cannot be stored");
      return;
    case Stored::waits_for_parent:
      parked_[origin] = {message, bytes};
      learn_pc(block.justify, origin, PcSource::new_view);
      ask({.prefer = origin});
      return;
    case Stored::waits_for_commit_pc:
      parked_[origin] = {message, bytes};
      ask({.prefer = origin});
      return;
    case Stored::stored:
      if (origin == me() && !proposed_plain_) plain_run_ = 0;
      break;
  }
  if (!safe_block(tree_, block, config_.chain_id)) {
    if (is_decided(tree_, block.hash)) return void(++tally_.decided);  // its leader is behind
    ++tally_.off_lock;
    return suspect(origin, "Proposal", "its block leaves the branch that is locked");
  }
  if (!block.justify.is_genesis()) apply(block.justify);
  if (tree_.highest_pc().view >= view_ && !tree_.highest_pc().is_genesis()) return;
  HS_CHECK(view_ == voting_view);
  const bool has_updates = !std::holds_alternative<NoUpdates>(tree_.updates_status(block.hash));
  cast(has_updates ? Phase::prepare : Phase::generic, block.justify, block.hash);
}

// AdvanceView(PC(v)) often overtakes Proposal(v): the block is stored, so that the certificate can
// be used, and never voted on. [S55]
void ReplicaState::on_late_proposal(const PublicKey& origin, const Proposal& proposal) {
  if (tree_.contains(proposal.block.hash)) return;
  if (!sets().is_proposer(origin, proposal.view)) return;
  const std::uint64_t reach = config_.epoch_length + late_views_beyond_epoch;
  std::erase_if(late_served_, [&](const auto& entry) {
    return entry.first < view_ && view_.value - entry.first.value > reach;
  });
  if (late_served_.contains({proposal.view, origin}) && !HS_MUTATE(S55c)) return;
  const Stored stored = store_block(proposal.block, origin, true, false);
  // One whose parent or Commit PC is still to come has not had its turn, and may come again.
  const bool must_wait =
      stored == Stored::waits_for_parent || stored == Stored::waits_for_commit_pc;
  if (!must_wait || HS_MUTATE(S55b)) late_served_.insert({proposal.view, origin});
  if (stored != Stored::stored) return;
  const PhaseCertificate& justify = proposal.block.justify;
  if (!justify.is_genesis() && passes_lock(tree_, justify)) apply(justify);
}

void ReplicaState::on_nudge(const PublicKey& origin, const MessagePtr& message, std::size_t bytes) {
  const auto& nudge = std::get<Nudge>(*message);
  const PhaseCertificate& justify = nudge.justify;
  const bool phased = justify.phase == Phase::prepare || justify.phase == Phase::precommit ||
                      justify.phase == Phase::commit;
  if (!phased ||
      (justify.phase != Phase::commit && next(justify.view) != view_ && !HS_MUTATE(M32))) {
    complain(origin, "Nudge", "its certificate may not be nudged in this view");
    return;
  }
  const Verdict verdict = judged(justify, origin);
  if (verdict == Verdict::good && !tree_.contains(justify.block)) {
    parked_[origin] = {message, bytes};
    learn_pc(justify, origin, PcSource::new_view);
    ask({.prefer = origin});
    return;
  }
  const bool is_late = verdict == Verdict::good && is_decided(tree_, justify.block);
  if (is_late && !safe_pc(tree_, justify, config_.chain_id)) return void(++tally_.decided);
  if (verdict != Verdict::good || !safe_nudge(tree_, nudge, view_, config_.chain_id)) {
    if (verdict == Verdict::good && !passes_lock(tree_, justify)) ++tally_.off_lock;
    suspect(origin, "Nudge", "its certificate is not correct or not safe");
    return;
  }
  apply(justify);
  if (tree_.highest_pc().view >= view_) return;
  cast(successor_of(justify.phase), justify, justify.block);
}

}  // namespace hs
