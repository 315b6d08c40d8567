// Who takes part in a run: keys, powers and the one validator set they start from.
#pragma once
#include <optional>
#include <vector>

#include "lib/sim/plan.h"
#include "lib/validators/validator_set.h"

namespace hs::sim {

// Validators come first and in ascending order of keys, so that with equal powers node v mod n
// leads view v; listeners follow.
class Cast {
 public:
  explicit Cast(const Plan& plan);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] const SecretKey& secret(NodeIndex node) const { return keys_[node]; }
  [[nodiscard]] const PublicKey& key(NodeIndex node) const { return keys_[node].public_key(); }
  // Of twins the first.
  [[nodiscard]] std::optional<NodeIndex> node_of(const PublicKey& key) const;
  [[nodiscard]] Power power(NodeIndex node) const { return powers_[node]; }
  [[nodiscard]] bool is_validator(NodeIndex node) const { return powers_[node] > Power{0}; }
  [[nodiscard]] std::uint64_t total_power() const { return total_power_; }
  [[nodiscard]] const ValidatorSet& validators() const { return validators_; }
  [[nodiscard]] const SignatureScheme& scheme() const { return keys_.front().scheme(); }

 private:
  std::vector<SecretKey> keys_;
  std::vector<Power> powers_;
  std::uint64_t total_power_ = 0;
  ValidatorSet validators_;
};

}  // namespace hs::sim
