#include "lib/model/validators.h"

#include <algorithm>

namespace hs::model {

Set::Set(std::vector<Member> members) : members_(std::move(members)) {
  std::sort(members_.begin(), members_.end(),
            [](const Member& a, const Member& b) { return a.key < b.key; });
  std::uint64_t strongest = 0;
  for (const Member& member : members_) strongest = std::max(strongest, member.power);
  for (std::uint64_t round = 1; round <= strongest; ++round) {
    for (std::size_t slot = 0; slot < members_.size(); ++slot) {
      if (members_[slot].power >= round) cycle_.push_back(slot);
    }
  }
}

std::uint64_t Set::power_of(const Key& key) const {
  for (const Member& member : members_) {
    if (member.key == key) return member.power;
  }
  return 0;
}

const Key& Set::leader(View view) const {
  static const Key nobody;
  return cycle_.empty() ? nobody : members_[cycle_[view % cycle_.size()]].key;
}

Set Set::with(const Updates& updates) const {
  std::map<Key, std::uint64_t> powers;
  for (const Member& member : members_) powers[member.key] = member.power;
  for (const auto& [key, power] : updates.inserts) powers[key] = power;
  for (const Key& key : updates.deletes) powers.erase(key);
  std::vector<Member> members;
  for (const auto& [key, power] : powers) members.push_back({.key = key, .power = power});
  return Set(std::move(members));
}

std::optional<Power> Set::power_in(const std::vector<bool>& slots) const {
  if (slots.size() != members_.size()) return std::nullopt;
  Power power = 0;
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot]) power += members_[slot].power;
  }
  return power;
}

bool Sets::is_validator(const Key& key) const {
  return committed->contains(key) || (!decided && previous->contains(key));
}

bool Sets::is_proposer(const Key& key, View view) const {
  return committed->leader(view) == key || (!decided && previous->leader(view) == key);
}

const Set& Sets::voters(Phase justify) const {
  return decided || justify == Phase::commit ? *committed : *previous;
}

const Key& Sets::vote_recipient(View view, Phase vote) const {
  const Set& set = decided || vote == Phase::decide ? *committed : *previous;
  return set.leader(view + 1);
}

}  // namespace hs::model
