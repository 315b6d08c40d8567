// Leading a view: whether to propose now, what, and what to wait for. [PROTOCOL 3A.3 lead, propose]
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/hotstuff/rules.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

// An uncommitted branch this long is finished business for nobody; looking further would only cost.
constexpr int unfinished_ancestors_max = 64;

}  // namespace

void ReplicaState::lead() {
  if (proposed_ || view_ == View{0} || (reentered_ && !HS_MUTATE(M52))) return;
  if (!sets().is_proposer(me(), view_)) return;
  if (how_ == EnteredBy::pc) {
    const bool block_missing =
        retained_ && next(retained_->pc.view) == view_ && next(tree_.highest_pc().view) < view_;
    if (block_missing && !HS_MUTATE(S56)) {
      lead_wait_ = LeadWait{LeadReason::block, now_ + config_.view_timeout / 4};  // S56
    } else {
      propose(false);
    }
    return;
  }
  // After a timeout others may know newer certificates: their NewViews are on the way. [S54]
  if (has_new_view_quorum() || HS_MUTATE(S54)) {
    propose(true);
  } else {
    lead_wait_ = LeadWait{LeadReason::new_views, now_ + config_.view_timeout / 8};
  }
}

bool ReplicaState::has_new_view_quorum() const {
  for (const ValidatorSetPtr& set : sets().active()) {
    if (set->leader(view_) != me()) continue;
    TotalPower power = set->power_of(me()).value;
    for (const PublicKey& sender : new_views_before_) {
      if (sender != me()) power += set->power_of(sender).value;
    }
    if (power >= set->quorum()) return true;
  }
  return false;
}

void ReplicaState::propose(bool must) {
  // The sets may have changed while we waited to lead. [3A.9]
  if (!sets().is_proposer(me(), view_)) {
    lead_wait_.reset();
    return;
  }
  const PhaseCertificate pc = tree_.highest_pc();
  switch (pc.phase) {
    case Phase::prepare:
    case Phase::precommit:
      if (HS_MUTATE(M31)) return void(propose_block(pc, must));
      if (needs_reproposal(pc, view_)) {
        repropose(pc);
      } else {
        propose_nudge(pc);
      }
      break;
    case Phase::commit:
      propose_nudge(pc);
      break;
    case Phase::generic:
    case Phase::decide:
      if (!propose_block(pc, must)) return;
      break;
  }
  proposed_ = true;
  lead_wait_.reset();
}

void ReplicaState::repropose(const PhaseCertificate& pc) {
  std::optional<Block> block = tree_.block(pc.block);  // with its data [S04a]
  HS_CHECK(block.has_value());                         // a highest PC's block is always held [I21]
  emit(event::Propose{view_, block->hash, block->height});
  broadcast(Proposal{config_.chain_id, view_, std::move(*block)});
}

void ReplicaState::propose_nudge(const PhaseCertificate& pc) {
  emit(event::Nudge{view_, pc});
  broadcast(Nudge{config_.chain_id, view_, pc});
}

// False if the app has nothing to propose yet and may still have.
bool ReplicaState::propose_block(const PhaseCertificate& pc, bool must) {
  std::optional<Hash> parent;
  Height height{0};
  if (!pc.is_genesis()) {
    const auto header = tree_.header(pc.block);
    HS_CHECK(header != nullptr);
    parent = pc.block;
    height = next(header->height);
  }
  const bool must_propose = must || has_unfinished_work(pc);
  std::optional<ProducedBlock> produced;
  try {
    const auto state = tree_.app_view(parent);
    proposed_plain_ = plain_left_ > 0;
    auto answer = app_.produce({view_, height, parent, *state, must_propose, proposed_plain_});
    if (auto* block = std::get_if<ProducedBlock>(&answer)) produced = std::move(*block);
  } catch (const StoreFailure&) {
    throw;
  } catch (const std::exception& failure) {
    emit(event::AppFailure{"produce", failure.what()});
    return true;  // no proposal in this view [S46]
  }
  if (!produced) {
    if (must_propose) {
      emit(event::AppFailure{"produce", "no block although one was due"});
      return true;
    }
    if (!lead_wait_) lead_wait_ = LeadWait{LeadReason::idle, now_ + config_.idle_interval};
    return false;
  }
  if (proposed_plain_) --plain_left_;
  Block block = make_block(height, pc, produced->data_hash, std::move(produced->data));
  emit(event::Propose{view_, block.hash, block.height});
  broadcast(Proposal{config_.chain_id, view_, std::move(block)});
  return true;
}

// Does something on the branch of `pc` still wait to be committed: data, a set update, or the very
// first block? Then empty blocks that commit it are worth their cost.
bool ReplicaState::has_unfinished_work(const PhaseCertificate& pc) const {
  if (!tree_.committed_height()) return true;
  Hash block = pc.block;
  for (int i = 0; i < unfinished_ancestors_max; ++i) {
    const auto header = tree_.header(block);
    if (!header || header->height <= *tree_.committed_height()) return false;
    if (header->data_length > 0) return true;
    if (!std::holds_alternative<NoUpdates>(tree_.updates_status(block))) return true;
    block = header->justify.block;
  }
  return true;
}

bool ReplicaState::app_has_work() {
  const PhaseCertificate& pc = tree_.highest_pc();
  if (has_unfinished_work(pc)) return true;
  const std::optional<Hash> parent = pc.is_genesis() ? std::nullopt : std::optional<Hash>(pc.block);
  try {
    return app_.has_work(parent, *tree_.app_view(parent));
  } catch (const StoreFailure&) {
    throw;
  } catch (const std::exception& failure) {
    emit(event::AppFailure{"has_work", failure.what()});
    return false;
  }
}

}  // namespace hs
