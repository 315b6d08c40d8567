#include "lib/hotstuff/judge.h"

#include "lib/base/mutate.h"

namespace hs {
namespace {

// 1.8's rows for a block at the update height itself.
ValidatorSetPtr set_at_update_height(const ValidatorSetState& validators, Phase phase,
                                     const ValidatorSetUpdatesStatus& status) {
  const bool committed = std::holds_alternative<CommittedUpdates>(status);
  const bool pending = std::holds_alternative<PendingUpdates>(status);
  switch (phase) {
    case Phase::generic:
      return nullptr;
    case Phase::decide:
      return committed ? validators.committed : nullptr;
    case Phase::prepare:
    case Phase::precommit:
    case Phase::commit:
      if (committed) return validators.previous;
      return pending ? validators.committed : nullptr;
  }
  return nullptr;
}

// Do the signers that are also in the committed set hold more than a third of its power? Then at
// least one of them is honest and has verified the Commit PC.
bool committed_third_signed(const PhaseCertificate& pc, const ValidatorSet& signers,
                            const ValidatorSet& committed) {
  TotalPower power = 0;
  for (std::size_t i = 0; i < signers.size(); ++i) {
    if (pc.signatures[i]) power += committed.power_of(signers.members()[i].key).value;
  }
  return 3 * power > committed.total_power();
}

}  // namespace

JudgingSet judging_set(const BlockTree& tree, const PhaseCertificate& pc) {
  const ValidatorSetState& validators = tree.validators();
  const auto header = tree.header(pc.block);
  if (!header) return {validators.committed, false};
  const ValidatorSetUpdatesStatus& status = tree.updates_status(pc.block);
  if (pc.phase == Phase::decide && !HS_MUTATE(S07)) {
    // Before any look at heights: a pending block is above the update height, where the table would
    // name the old set. [S07]
    if (const auto* pending = std::get_if<PendingUpdates>(&status)) {
      auto updated = validators.committed->with(pending->updates);
      if (!updated) return {};
      return {std::make_shared<const ValidatorSet>(std::move(*updated)), true};
    }
  }
  if (!validators.update_height || header->height > *validators.update_height) {
    return {validators.committed, false};
  }
  if (header->height < *validators.update_height) return {validators.previous, false};
  return {set_at_update_height(validators, pc.phase, status), false};
}

Verdict judge(const BlockTree& tree, const PhaseCertificate& pc, CertificateVerifier& verifier) {
  if (pc.is_genesis()) return Verdict::good;
  if (HS_MUTATE(M29) && verifier.correctly_signed(pc, *tree.validators().previous)) {
    return Verdict::good;
  }
  const JudgingSet judging = judging_set(tree, pc);
  if (!judging.set) return Verdict::bad;
  const std::optional<TotalPower> power = signed_power(pc.signatures, *judging.set);
  if (!power || *power < judging.set->quorum()) return Verdict::bad;
  if (judging.needs_committed_third && !HS_MUTATE(S07b) &&
      !committed_third_signed(pc, *judging.set, *tree.validators().committed)) {
    return Verdict::wants_commit_pc;
  }
  return verifier.correctly_signed(pc, *judging.set) ? Verdict::good : Verdict::bad;
}

bool judge_tc(const ValidatorSetState& validators, const TimeoutCertificate& tc, ChainId chain,
              std::uint32_t epoch_length, CertificateVerifier& verifier) {
  if (tc.chain_id != chain) return false;
  if (tc.view.value % epoch_length != 0 && !HS_MUTATE(S06b)) return false;
  if (verifier.correctly_signed(tc, *validators.committed)) return true;
  return !validators.update_decided && verifier.correctly_signed(tc, *validators.previous);
}

}  // namespace hs
