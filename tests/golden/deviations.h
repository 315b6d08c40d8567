// Where our rules must differ from the reference's, stated a second time and by value, so that a
// test can say what is expected of us for any row of a vector.
#pragma once
#include "lib/blocktree/block_tree.h"
#include "lib/validators/verify.h"

namespace hs::test {

// Is this a certificate for which the reference asks the wrong set? Then the verdict is ours alone.
// [S07]
[[nodiscard]] inline bool is_decide_of_pending(const BlockTree& tree, const PhaseCertificate& pc) {
  return pc.phase == Phase::decide && tree.contains(pc.block) &&
         std::holds_alternative<PendingUpdates>(tree.updates_status(pc.block));
}

// Must we take it for correct? A Decide PC of a pending block answers to the set that its updates
// make, and needs signers with more than a third of the committed set's power; all else is as in
// the reference.
[[nodiscard]] inline bool expected_correct(const BlockTree& tree, const PhaseCertificate& pc,
                                           bool reference) {
  if (!is_decide_of_pending(tree, pc)) return reference;
  const ValidatorSet& committed = *tree.validators().committed;
  const auto& pending = std::get<PendingUpdates>(tree.updates_status(pc.block));
  const auto updated = committed.with(pending.updates);
  if (!updated || pc.signatures.size() != updated->size()) return false;
  CertificateVerifier verifier(ed25519_scheme());
  if (!verifier.correctly_signed(pc, *updated)) return false;
  TotalPower of_committed = 0;
  for (std::size_t i = 0; i < updated->size(); ++i) {
    if (pc.signatures[i]) of_committed += committed.power_of(updated->members()[i].key).value;
  }
  return 3 * of_committed > committed.total_power();
}

}  // namespace hs::test
