#include "lib/node/own_votes.h"

#include "lib/base/mutate.h"

namespace hs {

// Slots do not say whose they are, and the set that has signed may be either of two; a signature
// that our key verifies leaves no doubt.
bool OwnVotes::is_unknown(const PhaseCertificate& pc, const ValidatorSetState& sets) const {
  if (HS_MUTATE(S02c) || (newest_ && pc.view <= *newest_)) return false;
  for (const ValidatorSetPtr& set : {sets.committed, sets.previous}) {
    const auto slot = set->position(key_);
    if (!slot || pc.signatures.size() != set->size() || !pc.signatures[*slot]) continue;
    if (verify_ed25519(key_, statement_of(pc), *pc.signatures[*slot])) return true;
  }
  return false;
}

std::optional<View> OwnVotes::unknown_in(const std::vector<Event>& events,
                                         const ValidatorSetState& sets) const {
  for (const Event& event : events) {
    const PhaseCertificate* pc = nullptr;
    if (const auto* inserted = std::get_if<event::InsertBlock>(&event)) {
      pc = &inserted->block->justify;
    } else if (const auto* raised = std::get_if<event::UpdateHighestPC>(&event)) {
      pc = &raised->highest_pc;
    }
    if (pc != nullptr && is_unknown(*pc, sets)) return pc->view;
  }
  return std::nullopt;
}

}  // namespace hs
