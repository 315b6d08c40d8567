#include "lib/validators/validator_set.h"

#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/hex.h"
#include "lib/base/limits.h"
#include "lib/base/mutate.h"

namespace hs {
namespace {

// JSON and JavaScript keep whole numbers exactly up to here; a genesis may not exceed it.
constexpr TotalPower total_power_max = (std::uint64_t{1} << 53) - 1;

}  // namespace

TotalPower quorum_of(TotalPower total) { return 2 * total / 3 + (HS_MUTATE(M09) ? 0 : 1); }

Result<ValidatorSet> ValidatorSet::from_members(std::vector<Validator> members) {
  if (members.size() > validators_max) {
    return fail(Errc::too_long, "a validator set has at most " + std::to_string(validators_max) +
                                    " members, not " + std::to_string(members.size()));
  }
  std::ranges::sort(members, {}, &Validator::key);
  const auto twice = std::ranges::adjacent_find(members, {}, &Validator::key);
  if (twice != members.end()) {
    return fail(Errc::duplicate, "validator " + to_hex(twice->key.view()) + " is named twice");
  }
  ValidatorSet set;
  set.members_ = std::move(members);
  set.build_tables();
  return set;
}

void ValidatorSet::build_tables() {
  total_power_ = 0;
  std::set<std::uint64_t> powers;
  for (const Validator& member : members_) {
    total_power_ += member.power.value;
    if (member.power.value > 0) powers.insert(member.power.value);
  }
  bands_.clear();
  bands_.reserve(powers.size());
  TotalPower first_index = 0;
  std::uint64_t below = 0;
  for (const std::uint64_t power : powers) {
    Band band{.power = power, .first_index = first_index, .eligible = {}};
    for (std::uint32_t i = 0; i < members_.size(); ++i) {
      if (members_[i].power.value >= power) band.eligible.push_back(i);
    }
    first_index += TotalPower{power - below} * band.eligible.size();
    below = power;
    bands_.push_back(std::move(band));
  }
  HS_CHECK(first_index == total_power_);
  digest_ = sha256(to_borsh(*this));
}

std::optional<std::size_t> ValidatorSet::position(const PublicKey& key) const {
  const auto found = std::ranges::lower_bound(members_, key, {}, &Validator::key);
  if (found == members_.end() || found->key != key) return std::nullopt;
  return static_cast<std::size_t>(found - members_.begin());
}

Power ValidatorSet::power_of(const PublicKey& key) const {
  const auto slot = position(key);
  return slot ? members_[*slot].power : Power{0};
}

TotalPower ValidatorSet::faulty_power_max() const {
  return total_power_ == 0 ? 0 : total_power_ - quorum();
}

Result<ValidatorSet> ValidatorSet::with(const ValidatorSetUpdates& updates) const {
  std::map<PublicKey, Power> powers;
  for (const Validator& member : members_) powers.emplace(member.key, member.power);
  for (const auto& [key, power] : updates.inserts) powers.insert_or_assign(key, power);
  for (const PublicKey& key : updates.deletes) powers.erase(key);
  std::vector<Validator> members;
  members.reserve(powers.size());
  for (const auto& [key, power] : powers) members.push_back({.key = key, .power = power});
  return from_members(std::move(members));
}

const PublicKey& ValidatorSet::leader(View view) const {
  HS_CHECK(total_power_ > 0);
  const TotalPower index = view.value % total_power_;
  const auto after = std::ranges::upper_bound(bands_, index, {}, &Band::first_index);
  const Band& band = *std::prev(after);  // the first band begins at 0
  const auto offset = static_cast<std::size_t>((index - band.first_index) % band.eligible.size());
  return members_[band.eligible[offset]].key;
}

Status check_usable(const ValidatorSet& set) {
  const bool is_empty = set.size() == 0 && !HS_MUTATE(S28);
  if (is_empty) return fail(Errc::bad_value, "the validator set is empty");
  for (const Validator& member : set.members()) {
    if (member.power.value == 0) {
      return fail(Errc::bad_value, "validator " + to_hex(member.key.view()) + " has no power");
    }
    if (!is_admissible_key(member.key)) {
      return fail(Errc::bad_value,
                  "validator key " + to_hex(member.key.view()) + " is no usable Ed25519 key");
    }
  }
  if (set.total_power() > total_power_max && !HS_MUTATE(S14)) {
    return fail(Errc::bad_value, "the total power of the validators exceeds 2^53 - 1");
  }
  return {};
}

void encode(BorshWriter& writer, const ValidatorSet& set) {
  writer.count(set.size());
  for (const Validator& member : set.members()) encode(writer, member.key);
  writer.count(set.size());
  for (const Validator& member : set.members()) {
    encode(writer, member.key);
    encode(writer, member.power);
  }
}

Status decode(BorshReader& reader, ValidatorSet& set) {
  HS_TRY(keys, reader.count(PublicKey::size));
  if (keys > validators_max) return fail(Errc::too_long, "too many validators");
  std::vector<Validator> members(keys);
  for (std::size_t i = 0; i < keys; ++i) {
    HS_TRY_STATUS(decode(reader, members[i].key));
    if (i > 0 && members[i].key <= members[i - 1].key) {
      return fail(Errc::not_canonical, "keys of validators are not ascending");
    }
  }
  HS_TRY(powers, reader.count(PublicKey::size + sizeof(Power::value)));
  if (powers != keys) return fail(Errc::not_canonical, "keys and powers of validators differ");
  for (Validator& member : members) {
    PublicKey key;
    HS_TRY_STATUS(decode(reader, key));
    HS_TRY_STATUS(decode(reader, member.power));
    if (key != member.key && !HS_MUTATE(S27)) {
      return fail(Errc::not_canonical, "keys and powers of validators differ");
    }
  }
  HS_TRY(decoded, ValidatorSet::from_members(std::move(members)));
  set = std::move(decoded);
  return {};
}

std::vector<ValidatorSetPtr> ValidatorSetState::active() const {
  if (update_decided) return {committed};
  return {committed, previous};
}

bool ValidatorSetState::is_validator(const PublicKey& key) const {
  return committed->contains(key) || (!update_decided && previous->contains(key));
}

bool ValidatorSetState::is_proposer(const PublicKey& key, View view) const {
  if (HS_MUTATE(M35)) return committed->leader(view) == key;
  if (committed->leader(view) == key) return true;
  return !update_decided && previous->leader(view) == key;
}

}  // namespace hs
