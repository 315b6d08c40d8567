// Which validator set answers for a certificate, and whether it signed. [PROTOCOL 1.8, 3A.2]
#pragma once
#include "lib/blocktree/block_tree.h"
#include "lib/validators/verify.h"

namespace hs {

enum class Verdict {
  good,
  bad,
  // A Decide PC of a block whose updates are pending, signed by the new set alone: a leader could
  // have named keys of its own in that update, so an honest old validator must vouch first. Fetch
  // the block's Commit PC and process it. [S07]
  wants_commit_pc,
};

// What is needed to judge a certificate: the set that must have signed it, or none if by the table
// of 1.8 no set could have.
struct JudgingSet {
  ValidatorSetPtr set;                 // null: the certificate is bad whoever signed it
  bool needs_committed_third =
      false;  // S07: signers in the committed set must exceed a third of it
};
[[nodiscard]] JudgingSet judging_set(const BlockTree& tree, const PhaseCertificate& pc);

// Correct by 1.8, cheap checks first. Says nothing about chain, lock or phase (safe_pc does). A bad
// verdict's cost in signature checks shows in verifier.signatures().refused().
[[nodiscard]] Verdict judge(const BlockTree& tree, const PhaseCertificate& pc,
                            CertificateVerifier& verifier);

// A TC of our chain for an epoch-change view, signed by the committed set or, while undecided, by
// the previous one. `epoch_length` >= 1. [1.8, S06]
[[nodiscard]] bool judge_tc(const ValidatorSetState& validators, const TimeoutCertificate& tc,
                            ChainId chain, std::uint32_t epoch_length,
                            CertificateVerifier& verifier);

}  // namespace hs
