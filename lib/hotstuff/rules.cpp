#include "lib/hotstuff/rules.h"

#include "lib/base/mutate.h"

namespace hs {
namespace {

bool has_updates(const BlockTree& tree, const Hash& block) {
  return !std::holds_alternative<NoUpdates>(tree.updates_status(block));
}

bool above_committed(const BlockTree& tree, Height height) {
  const std::optional<Height> committed = tree.committed_height();
  return !committed || height > *committed;
}

// The phases that the old set goes on from alone. [1.8]
bool is_early_phase(Phase phase) { return phase == Phase::prepare || phase == Phase::precommit; }

bool is_before_decide(Phase phase) { return is_early_phase(phase) || phase == Phase::commit; }

// Does `decide` end what `earlier` was part of? Their views say nothing about that: they are of two
// sets. [S58]
bool decides_block_of(const PhaseCertificate& decide, const PhaseCertificate& earlier) {
  return decide.phase == Phase::decide && decide.block == earlier.block &&
         is_before_decide(earlier.phase);
}

bool raises_highest(const BlockTree& tree, const PhaseCertificate& justify) {
  const PhaseCertificate& highest = tree.highest_pc();
  if (justify.view > highest.view) return true;
  return decides_block_of(justify, highest) && !HS_MUTATE(S58c);
}

// The three-chain: `justify` certifies X, j1 (in X) its parent, j2 (in the parent) the grandparent,
// which commits if the three certificates are of consecutive views.
std::optional<Hash> pipelined_commit(const BlockTree& tree, const PhaseCertificate& justify) {
  const auto certified = tree.header(justify.block);
  if (!certified || certified->justify.is_genesis()) return std::nullopt;
  const PhaseCertificate& j1 = certified->justify;
  const auto parent = tree.header(j1.block);
  if (!parent || parent->justify.is_genesis()) return std::nullopt;
  const PhaseCertificate& j2 = parent->justify;
  const bool is_run = justify.view == next(j1.view) && j1.view == next(j2.view);
  if (!is_run && !HS_MUTATE(M03)) return std::nullopt;
  if (HS_MUTATE(M04) && above_committed(tree, parent->height)) return j1.block;
  const auto candidate = tree.header(j2.block);
  if (!candidate || !above_committed(tree, candidate->height)) return std::nullopt;
  return j2.block;
}

}  // namespace

bool extends_lock(const BlockTree& tree, const PhaseCertificate& pc) {
  const Hash& locked = tree.locked_pc().block;
  Hash block = pc.block;
  for (int generation = 0; generation < 3; ++generation) {
    if (block == locked) return true;
    const auto header = tree.header(block);
    if (!header) return false;
    block = header->justify.block;
  }
  return false;
}

bool passes_lock(const BlockTree& tree, const PhaseCertificate& pc) {
  if (HS_MUTATE(M01)) return true;
  const bool is_newer = pc.view > tree.locked_pc().view && !HS_MUTATE(M16);
  if (is_newer) return true;      // liveness clause
  return extends_lock(tree, pc);  // safety clause
}

bool phase_fits_block(const BlockTree& tree, Phase phase, const Hash& block) {
  return (phase == Phase::generic) != has_updates(tree, block);
}

bool fits_tree(const BlockTree& tree, const PhaseCertificate& pc, ChainId chain) {
  if (pc.is_genesis()) return true;
  if (pc.chain_id != chain && !HS_MUTATE(M27)) return false;
  if (!tree.contains(pc.block)) return false;
  return phase_fits_block(tree, pc.phase, pc.block);
}

bool is_decided(const ValidatorSetUpdatesStatus& status, Height height,
                const ValidatorSetState& validators) {
  if (!std::holds_alternative<CommittedUpdates>(status)) return false;
  return validators.update_decided || height != validators.update_height;
}

bool is_decided(const BlockTree& tree, const Hash& block) {
  const auto header = tree.header(block);
  return header && is_decided(tree.updates_status(block), header->height, tree.validators());
}

bool safe_pc(const BlockTree& tree, const PhaseCertificate& pc, ChainId chain) {
  if (!fits_tree(tree, pc, chain) || !passes_lock(tree, pc)) return false;
  return !is_before_decide(pc.phase) || !is_decided(tree, pc.block) || HS_MUTATE(S58);
}

bool height_fits(const BlockTree& tree, Height height, const PhaseCertificate& justify) {
  if (HS_MUTATE(S03)) return true;
  if (justify.is_genesis()) return height == Height{0};
  const auto parent = tree.header(justify.block);
  return parent && height == next(parent->height);
}

bool safe_block(const BlockTree& tree, const Block& block, ChainId chain) {
  const PhaseCertificate& justify = block.justify;
  const bool may_have_child = justify.phase == Phase::generic || justify.phase == Phase::decide;
  if (!may_have_child && !HS_MUTATE(M31)) return false;
  if (!fits_tree(tree, justify, chain)) return false;
  if (!height_fits(tree, block.height, justify)) return false;
  if (is_decided(tree, block.hash) && !HS_MUTATE(S58b)) return false;
  // The locked block itself cannot conflict with the lock. [S08]
  const bool is_locked_block = block.hash == tree.locked_pc().block && !HS_MUTATE(S08);
  return passes_lock(tree, justify) || is_locked_block;
}

bool safe_nudge(const BlockTree& tree, const Nudge& nudge, View current, ChainId chain) {
  const PhaseCertificate& justify = nudge.justify;
  if (nudge.chain_id != chain) return false;
  if (justify.phase == Phase::generic || justify.phase == Phase::decide) return false;
  const bool is_run = justify.phase == Phase::commit || next(justify.view) == current;
  if (!is_run && !HS_MUTATE(M32)) return false;
  return safe_pc(tree, justify, chain);
}

bool needs_reproposal(const PhaseCertificate& pc, View current) {
  if (!is_early_phase(pc.phase)) return false;
  if (HS_MUTATE(M32) || HS_MUTATE(M33)) return false;
  return current != next(pc.view);
}

std::optional<PhaseCertificate> pc_to_lock(const BlockTree& tree, const PhaseCertificate& justify) {
  if (justify.is_genesis() || HS_MUTATE(M02)) return std::nullopt;
  const PhaseCertificate& locked = tree.locked_pc();
  // The lock of the old set is void, and were its view the higher one, it would keep the locks of
  // the new set from being taken. [S58]
  if (decides_block_of(justify, locked) && justify.view < locked.view && !HS_MUTATE(S58d)) {
    return justify;
  }
  std::optional<PhaseCertificate> candidate;
  switch (justify.phase) {
    case Phase::generic:
      // Two-chain lock: the certificate inside the certified block.
      if (const auto certified = tree.header(justify.block)) candidate = certified->justify;
      break;
    case Phase::prepare:
      break;
    case Phase::precommit:
      candidate = justify;
      break;
    case Phase::commit:
    case Phase::decide:
      // Not in the textbook algorithm: covers replicas that missed the Precommit PC.
      if (locked.block != justify.block) candidate = justify;
      break;
  }
  // Differs from the reference, which compares certificates for inequality alone, so that an old
  // one could lower the lock. [S01]
  if (!candidate || *candidate == locked) return std::nullopt;
  if (candidate->view <= locked.view && !HS_MUTATE(S01)) return std::nullopt;
  return candidate;
}

std::optional<Hash> block_to_commit(const BlockTree& tree, const PhaseCertificate& justify) {
  if (justify.is_genesis()) return std::nullopt;
  switch (justify.phase) {
    case Phase::generic:
      return pipelined_commit(tree, justify);
    case Phase::prepare:
    case Phase::precommit:
      return std::nullopt;
    case Phase::commit:
    case Phase::decide: {
      const auto header = tree.header(justify.block);
      if (!header || !above_committed(tree, header->height)) return std::nullopt;
      return justify.block;
    }
  }
  return std::nullopt;
}

TreeUpdate update_for(const BlockTree& tree, const PhaseCertificate& justify) {
  TreeUpdate update;
  if (raises_highest(tree, justify)) update.highest_pc = justify;
  update.locked_pc = pc_to_lock(tree, justify);
  update.commit = block_to_commit(tree, justify);
  if (justify.phase == Phase::decide) update.decide = justify.block;
  if (justify.phase == Phase::commit) update.commit_pc = justify;
  return update;
}

}  // namespace hs
