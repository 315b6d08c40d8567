#include "lib/sim/cast.h"

#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/rng.h"
#include "lib/sim/mock_signatures.h"
#include "lib/sim/shared_signatures.h"

namespace hs::sim {

Cast::Cast(const Plan& plan) : powers_(plan.powers) {
  const SignatureScheme& scheme = plan.real_signatures ? shared_ed25519_scheme() : mock_scheme();
  Rng rng = Rng(plan.seed).substream("keys");
  for (NodeIndex node = 0; node < plan.nodes(); ++node) {
    SecretKey::Seed seed;
    for (std::uint8_t& byte : seed) byte = static_cast<std::uint8_t>(rng.next());
    keys_.emplace_back(seed, scheme);
  }
  const auto listeners = std::find(powers_.begin(), powers_.end(), Power{0});
  const auto validators = listeners - powers_.begin();
  HS_CHECK(std::all_of(listeners, powers_.end(), [](Power power) { return power == Power{0}; }));
  std::sort(keys_.begin(), keys_.begin() + validators,
            [](const SecretKey& a, const SecretKey& b) { return a.public_key() < b.public_key(); });
  for (const Twin& twin : plan.twins) keys_[twin.node] = keys_[twin.of];
  std::vector<Validator> members;
  for (NodeIndex node = 0; node < static_cast<std::size_t>(validators); ++node) {
    members.push_back({.key = key(node), .power = powers_[node]});
    total_power_ += powers_[node].value;
  }
  auto set = ValidatorSet::from_members(std::move(members));
  HS_CHECK(set.has_value());
  validators_ = *std::move(set);
}

std::optional<NodeIndex> Cast::node_of(const PublicKey& key) const {
  for (NodeIndex node = 0; node < keys_.size(); ++node) {
    if (keys_[node].public_key() == key) return node;
  }
  return std::nullopt;
}

}  // namespace hs::sim
