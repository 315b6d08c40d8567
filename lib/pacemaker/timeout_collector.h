// The verified TimeoutVotes of one view. Kept raw, so that a change of the validator sets loses
// none of them. [PROTOCOL 4.5, S10]
#pragma once
#include <map>
#include <optional>

#include "lib/types/certificates.h"
#include "lib/validators/validator_set.h"

namespace hs {

class TimeoutCollector {
 public:
  void enter(ChainId chain, View view);
  // `signature` is `signer`'s over this collector's view. One per signer; false if it is known.
  bool add(const PublicKey& signer, const Signature& signature);
  // A certificate by `set`'s members, if those that voted are a quorum.
  [[nodiscard]] std::optional<TimeoutCertificate> certificate(const ValidatorSet& set) const;

 private:
  ChainId chain_;
  View view_;
  std::map<PublicKey, Signature> votes_;
};

}  // namespace hs
