#include "lib/pacemaker/timeout_collector.h"

namespace hs {

void TimeoutCollector::enter(ChainId chain, View view) {
  chain_ = chain;
  view_ = view;
  votes_.clear();
}

bool TimeoutCollector::add(const PublicKey& signer, const Signature& signature) {
  return votes_.emplace(signer, signature).second;
}

std::optional<TimeoutCertificate> TimeoutCollector::certificate(const ValidatorSet& set) const {
  TimeoutCertificate tc{chain_, view_, SignatureSet(set.size())};
  TotalPower power = 0;
  for (const auto& [signer, signature] : votes_) {
    const std::optional<std::size_t> slot = set.position(signer);
    if (!slot) continue;
    tc.signatures[*slot] = signature;
    power += set.members()[*slot].power.value;
  }
  if (power < set.quorum()) return std::nullopt;
  return tc;
}

}  // namespace hs
