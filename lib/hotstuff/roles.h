// Who does what in a view, as a function of the validator set state. [PROTOCOL 3.2]
#pragma once
#include <vector>

#include "lib/types/messages.h"
#include "lib/validators/validator_set.h"

namespace hs {

// May this replica vote on what `justify` justifies? Asked after the update that `justify`
// triggers.
[[nodiscard]] bool is_phase_voter(const ValidatorSetState& validators, const PublicKey& replica,
                                  const PhaseCertificate& justify);

// The set whose leaders collect votes of this phase: the committed one, or the previous one while
// undecided, but for Decide votes.
[[nodiscard]] const ValidatorSet& collecting_set(const ValidatorSetState& validators, Phase phase);

// Leaders of `view` in every active set, each once; the committed set's first.
[[nodiscard]] std::vector<PublicKey> leaders_of(const ValidatorSetState& validators, View view);

// The phase that is voted on a nudge with a certificate of `phase`. Requires Prepare, Precommit or
// Commit.
[[nodiscard]] Phase successor_of(Phase phase);

}  // namespace hs
