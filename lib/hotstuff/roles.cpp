#include "lib/hotstuff/roles.h"

#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"

namespace hs {

bool is_phase_voter(const ValidatorSetState& validators, const PublicKey& replica,
                    const PhaseCertificate& justify) {
  const bool is_last =
      justify.phase == Phase::commit || (HS_MUTATE(M30) && justify.phase == Phase::precommit);
  const bool by_committed_set = validators.update_decided || is_last;
  return (by_committed_set ? validators.committed : validators.previous)->contains(replica);
}

const ValidatorSet& collecting_set(const ValidatorSetState& validators, Phase phase) {
  const bool by_committed_set = validators.update_decided || phase == Phase::decide;
  return *(by_committed_set ? validators.committed : validators.previous);
}

std::vector<PublicKey> leaders_of(const ValidatorSetState& validators, View view) {
  std::vector<PublicKey> leaders;
  for (const ValidatorSetPtr& set : validators.active()) {
    const PublicKey& leader = set->leader(view);
    if (std::find(leaders.begin(), leaders.end(), leader) == leaders.end()) {
      leaders.push_back(leader);
    }
  }
  return leaders;
}

Phase successor_of(Phase phase) {
  HS_CHECK(phase != Phase::generic);
  HS_CHECK(phase != Phase::decide);
  return static_cast<Phase>(static_cast<std::uint8_t>(phase) + 1);
}

}  // namespace hs
