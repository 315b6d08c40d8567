#include "lib/validators/verify.h"

#include <algorithm>

#include "lib/base/limits.h"
#include "lib/base/mutate.h"

namespace hs {
namespace {

// What is remembered of a certificate that was found good: its kind, its exact bytes, and the set
// it was judged by. The kind keeps the bytes of one type from standing for the other's.
template <class Certificate>
Hash cache_key(const Certificate& certificate, const ValidatorSet& set) {
  const std::uint8_t kind = std::is_same_v<Certificate, PhaseCertificate> ? 1 : 0;
  const Bytes bytes = to_borsh(certificate);
  return sha256({BytesView(&kind, 1), set.digest().view(), bytes});
}

template <class Certificate>
bool judge(const Certificate& certificate, const ValidatorSet& set, Verifier& verifier,
           DigestSet& good) {
  const auto power = signed_power(certificate.signatures, set);
  if (!power || *power < set.quorum()) return false;
  const Hash digest = cache_key(certificate, set);
  if (good.contains(digest)) return true;
  const Bytes statement = statement_of(certificate);
  for (std::size_t slot = HS_MUTATE(M41) ? 1 : 0; slot < set.size(); ++slot) {
    const auto& signature = certificate.signatures[slot];
    if (signature && !verifier.verify(set.members()[slot].key, statement, *signature)) return false;
  }
  good.insert(digest);
  return true;
}

}  // namespace

CertificateVerifier::CertificateVerifier(const SignatureScheme& scheme)
    : signatures_(scheme, verified_cache_entries_max), good_(verified_cache_entries_max) {}

bool CertificateVerifier::correctly_signed(const PhaseCertificate& pc, const ValidatorSet& set) {
  return judge(pc, set, signatures_, good_);
}

bool CertificateVerifier::correctly_signed(const TimeoutCertificate& tc, const ValidatorSet& set) {
  return judge(tc, set, signatures_, good_);
}

std::optional<TotalPower> signed_power(const SignatureSet& signatures, const ValidatorSet& set) {
  if (signatures.size() != set.size() && !HS_MUTATE(M40)) return std::nullopt;
  TotalPower power = 0;
  for (std::size_t slot = 0; slot < set.size(); ++slot) {
    if (signatures[slot]) power += set.members()[slot].power.value;
  }
  if (HS_MUTATE(M10)) {  // as if all powers were equal
    const auto is_there = [](const auto& signature) { return signature.has_value(); };
    const auto there = static_cast<TotalPower>(std::ranges::count_if(signatures, is_there));
    return set.total_power() * there / set.size();
  }
  return power;
}

}  // namespace hs
