// Who may vote, with which weight, and how much weight decides. [PROTOCOL 2]
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "lib/types/certificates.h"
#include "lib/types/update_set.h"

namespace hs {

struct Validator {
  PublicKey key;
  Power power;
  friend bool operator==(const Validator&, const Validator&) = default;
};

// floor(2 * total / 3) + 1: the power that decides. Requires total < 2^127. [2.2]
[[nodiscard]] TotalPower quorum_of(TotalPower total);

// Members in ascending order of keys; a member's position is its slot in certificates. Immutable
// once built, so it can be shared; the leader table (4.6) is computed with it.
class ValidatorSet {
 public:
  ValidatorSet() = default;
  // Members in any order. Errors: duplicate (a key twice), too_long (more than validators_max).
  // Degenerate sets can be represented, as the reference's stores may hold them; check_usable() is
  // the rule for what may be admitted.
  [[nodiscard]] static Result<ValidatorSet> from_members(std::vector<Validator> members);

  [[nodiscard]] const std::vector<Validator>& members() const { return members_; }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] std::optional<std::size_t> position(const PublicKey& key) const;
  [[nodiscard]] bool contains(const PublicKey& key) const { return position(key).has_value(); }
  [[nodiscard]] Power power_of(const PublicKey& key) const;  // 0 for a stranger

  [[nodiscard]] TotalPower total_power() const { return total_power_; }
  [[nodiscard]] TotalPower quorum() const { return quorum_of(total_power_); }
  // The largest power that may be faulty: total - quorum.
  [[nodiscard]] TotalPower faulty_power_max() const;

  // The set after `updates`: inserts put or replace, then deletes remove. Errors as from_members.
  [[nodiscard]] Result<ValidatorSet> with(const ValidatorSetUpdates& updates) const;

  // Interleaved weighted round-robin in closed form. Requires total_power() > 0. [4.6, S14]
  [[nodiscard]] const PublicKey& leader(View view) const;

  // Digest of keys and powers; part of the cache key of verified certificates. [S51]
  [[nodiscard]] const Hash& digest() const { return digest_; }

  friend bool operator==(const ValidatorSet& a, const ValidatorSet& b) {
    return a.members_ == b.members_;
  }

 private:
  // Rounds prev+1 ..= power of the round-robin all list the same `eligible` members.
  struct Band {
    std::uint64_t power;                  // up to this round
    TotalPower first_index;               // index of the band's first entry in the cycle
    std::vector<std::uint32_t> eligible;  // positions of members with at least that power
  };
  void build_tables();

  std::vector<Validator> members_;
  std::vector<Band> bands_;
  TotalPower total_power_ = 0;
  Hash digest_;
};
using ValidatorSetPtr = std::shared_ptr<const ValidatorSet>;

// May this set govern a chain? Errors: bad_value naming what is wrong (empty, a power of 0, total 0
// or above 2^53 - 1, a key that is no usable point). [S14, S28, S39]
[[nodiscard]] Status check_usable(const ValidatorSet& set);

// Stored form of 1.3: keys ascending, then a map of powers. Decoding refuses what does not agree
// with itself. [S27, S44]
void encode(BorshWriter& writer, const ValidatorSet& set);
Status decode(BorshReader& reader, ValidatorSet& set);

// The committed and previous set and where the latest update stands. [2.4]
struct ValidatorSetState {
  ValidatorSetPtr committed;
  ValidatorSetPtr previous;
  std::optional<Height> update_height;  // of the latest committed update; none if there was none
  bool update_decided = true;

  // Sets whose members take part now: the committed one, and the previous one while undecided.
  // [2.5]
  [[nodiscard]] std::vector<ValidatorSetPtr> active() const;
  [[nodiscard]] bool is_validator(const PublicKey& key) const;              // 3.2
  [[nodiscard]] bool is_proposer(const PublicKey& key, View view) const;    // 3.2
};

}  // namespace hs
