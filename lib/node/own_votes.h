// Votes of the own key that this home knows nothing of: the home was restored from an older copy,
// voting record and all, or another process has the key. Nothing in the home shows it; certificates
// do, as they hold the signatures of their voters. [PROTOCOL 3A.10, HS-SAFE]
//
// A replica votes only for a block of whose branch it holds every block and so has seen every
// certificate. One of them with an unknown vote in it is therefore seen before the first vote that
// could be a second one, and after a restart again. Votes that no such certificate holds remain
// unknown.
#pragma once
#include <optional>
#include <vector>

#include "lib/crypto/signatures.h"
#include "lib/types/events.h"
#include "lib/validators/validator_set.h"

namespace hs {

class OwnVotes {
 public:
  // `newest`: the view of the last vote that the voting record knows of; none if it knows of none.
  OwnVotes(const PublicKey& key, std::optional<View> newest) : key_(key), newest_(newest) {}

  // A vote that is about to leave.
  void voted(std::optional<View> view) { newest_ = std::max(newest_, view); }
  [[nodiscard]] std::optional<View> newest() const { return newest_; }

  // The view of a vote above the newest known one in a certificate that `events`, of one step,
  // tell of. `sets`: as they are after the step.
  [[nodiscard]] std::optional<View> unknown_in(const std::vector<Event>& events,
                                               const ValidatorSetState& sets) const;

 private:
  [[nodiscard]] bool is_unknown(const PhaseCertificate& pc, const ValidatorSetState& sets) const;

  PublicKey key_;
  std::optional<View> newest_;
};

}  // namespace hs
