#include "lib/sim/member_set.h"

#include <algorithm>
#include <map>

#include "lib/base/check.h"

namespace hs::sim {

MemberSet::MemberSet(std::vector<Validator> members) : members_(std::move(members)) {
  std::sort(members_.begin(), members_.end(),
            [](const Validator& a, const Validator& b) { return a.key < b.key; });
  std::uint64_t highest = 0;
  for (const Validator& member : members_) highest = std::max(highest, member.power.value);
  for (std::uint64_t round = 1; round <= highest; ++round) {
    for (std::uint32_t position = 0; position < members_.size(); ++position) {
      if (members_[position].power.value >= round) cycle_.push_back(position);
    }
  }
}

bool MemberSet::contains(const PublicKey& key) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const Validator& member) { return member.key == key; });
}

bool MemberSet::is_quorum(Uint128 power) const { return 3 * power > 2 * Uint128(total_power()); }

const PublicKey& MemberSet::leader(View view) const {
  HS_CHECK(!cycle_.empty());
  return members_[cycle_[view.value % cycle_.size()]].key;
}

MemberSet MemberSet::with(const ValidatorSetUpdates& updates) const {
  std::map<PublicKey, Power> powers;
  for (const Validator& member : members_) powers[member.key] = member.power;
  for (const auto& [key, power] : updates.inserts) powers[key] = power;
  for (const PublicKey& key : updates.deletes) powers.erase(key);
  std::vector<Validator> members;
  for (const auto& [key, power] : powers) members.push_back({.key = key, .power = power});
  return MemberSet(std::move(members));
}

}  // namespace hs::sim
