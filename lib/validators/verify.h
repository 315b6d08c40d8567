// Is a certificate signed by a quorum of one given set? Which set is asked is 1.8's table, which
// needs the block tree and lives in lib/hotstuff/judge.h. [PROTOCOL 1.8]
#pragma once
#include "lib/crypto/verifier.h"
#include "lib/validators/validator_set.h"

namespace hs {

// Verified signatures and whole certificates known to be good for a set. One per replica.
class CertificateVerifier {
 public:
  explicit CertificateVerifier(const SignatureScheme& scheme);

  // Slot count, then power of the filled slots, then the cache, then each signature: cheap to
  // expensive. One bad signature spoils all.
  [[nodiscard]] bool correctly_signed(const PhaseCertificate& pc, const ValidatorSet& set);
  [[nodiscard]] bool correctly_signed(const TimeoutCertificate& tc, const ValidatorSet& set);

  [[nodiscard]] Verifier& signatures() { return signatures_; }
  [[nodiscard]] const Verifier& signatures() const { return signatures_; }

 private:
  Verifier signatures_;
  DigestSet good_;
};

// Power of the filled slots; none if the slot count does not fit the set.
[[nodiscard]] std::optional<TotalPower> signed_power(const SignatureSet& signatures,
                                                     const ValidatorSet& set);

}  // namespace hs
