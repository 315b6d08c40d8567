// A validator set as the checks see it: who leads and what is a quorum, written down a second time
// and as the protocol's text has it, so that a mistake in lib/validators does not excuse itself.
#pragma once
#include <cstdint>
#include <vector>

#include "lib/base/uint128.h"
#include "lib/types/update_set.h"
#include "lib/validators/validator_set.h"

namespace hs::sim {

class MemberSet {
 public:
  // Members in any order; powers small enough to list one cycle of leaders.
  explicit MemberSet(std::vector<Validator> members);

  [[nodiscard]] const std::vector<Validator>& members() const { return members_; }
  [[nodiscard]] bool contains(const PublicKey& key) const;
  [[nodiscard]] std::uint64_t total_power() const { return cycle_.size(); }
  [[nodiscard]] bool is_quorum(Uint128 power) const;
  // The list definition: round r names every member with a power of at least r, in order of keys.
  // Requires total_power() > 0. [PROTOCOL 4.6, I05]
  [[nodiscard]] const PublicKey& leader(View view) const;
  [[nodiscard]] MemberSet with(const ValidatorSetUpdates& updates) const;

  friend bool operator==(const MemberSet& a, const MemberSet& b) {
    return a.members_ == b.members_;
  }

 private:
  std::vector<Validator> members_;    // ascending by key
  std::vector<std::uint32_t> cycle_;  // positions of the leaders of one cycle
};

}  // namespace hs::sim
