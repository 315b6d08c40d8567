// The voting, locking and committing rules, as questions about a tree and a certificate. Nothing
// here changes state or knows who asks. All of them presuppose that the certificate is correct
// (lib/hotstuff/judge.h). [PROTOCOL 3.5, 3.7]
#pragma once
#include <optional>

#include "lib/blocktree/block_tree.h"
#include "lib/types/messages.h"

namespace hs {

// Is the locked block the certified block, its parent or its grandparent? Depth 2 suffices: in
// pipelined mode the locked block is at most two generations up.
[[nodiscard]] bool extends_lock(const BlockTree& tree, const PhaseCertificate& pc);

// Clause 3 of safe_pc, the one that protects the lock: the liveness clause (a NEWER certificate
// shows that a quorum has moved on; equal views do not, as two certificates of one view could
// conflict) or the safety clause (the lock's own branch).
[[nodiscard]] bool passes_lock(const BlockTree& tree, const PhaseCertificate& pc);

// Clause 4: phased certificates are for blocks with validator set updates, generic ones for the
// rest. Requires: the block is stored.
[[nodiscard]] bool phase_fits_block(const BlockTree& tree, Phase phase, const Hash& block);

// Clauses 1, 2 and 4: chain, known block, phase. Enough to STORE what the certificate justifies.
// [S55]
[[nodiscard]] bool fits_tree(const BlockTree& tree, const PhaseCertificate& pc, ChainId chain);

// Is `block` an update of the validator set that its new set has decided? The set goes on from the
// Decide certificate then, and nobody is left to finish what an old set begins with it. [S58]
[[nodiscard]] bool is_decided(const BlockTree& tree, const Hash& block);
// The same of a block at `height` with that status.
[[nodiscard]] bool is_decided(const ValidatorSetUpdatesStatus& status, Height height,
                              const ValidatorSetState& validators);

// All clauses: the certificate may be acted on. Of a decided update only Decide certificates may:
// the set has gone on from one of them, and a second one, made of a newer Commit certificate, would
// lead beside what it has committed since. [S58]
[[nodiscard]] bool safe_pc(const BlockTree& tree, const PhaseCertificate& pc, ChainId chain);

// May this block be voted for? safe_pc of its justify, Generic or Decide, the height its parent's
// plus one [S03]; the locked block itself always passes clause 3 [S08]; a decided update has all
// the votes that it needs [S58].
[[nodiscard]] bool safe_block(const BlockTree& tree, const Block& block, ChainId chain);

// Is the height the one its justify demands: 0 iff genesis, else the parent's plus one? False if
// the parent is not stored. [S03]
[[nodiscard]] bool height_fits(const BlockTree& tree, Height height,
                               const PhaseCertificate& justify);

// May this nudge be voted for in `current`? Consecutive views but for a Commit PC, which may be
// nudged with at any later view so that speculation always comes to an end.
[[nodiscard]] bool safe_nudge(const BlockTree& tree, const Nudge& nudge, View current,
                              ChainId chain);

// Must the leader of `current`, whose highest certificate is `pc`, propose the certified block
// again instead of nudging with `pc`? So it is when the run of consecutive views that phased mode
// needs is broken; a Commit PC may be nudged with in any view. [3.3]
[[nodiscard]] bool needs_reproposal(const PhaseCertificate& pc, View current);

// The certificate to lock on after `justify`, none to keep the lock. Of a higher view than the
// present lock [S01], or the Decide certificate of the block on which the old set has locked it
// [S58].
[[nodiscard]] std::optional<PhaseCertificate> pc_to_lock(const BlockTree& tree,
                                                         const PhaseCertificate& justify);

// The block that `justify` commits, with its ancestors; none if it commits nothing new.
[[nodiscard]] std::optional<Hash> block_to_commit(const BlockTree& tree,
                                                  const PhaseCertificate& justify);

// Everything that a correct and safe certificate changes, for BlockTree::apply. [3.7]
[[nodiscard]] TreeUpdate update_for(const BlockTree& tree, const PhaseCertificate& justify);

}  // namespace hs
