// The smallest app that can show a mistake: it adds numbers, refuses an operation it has seen, and
// keeps a running digest of every operation in order, so that two replicas that differ anywhere
// differ from there on. Whoever asks may change the validator set, to any that can govern a chain.
#pragma once
#include <cstdint>
#include <map>
#include <optional>

#include "lib/app/app.h"
#include "lib/types/update_set.h"
#include "lib/validators/validator_set.h"

namespace hs::sim {

// The app key under which the number lies, a u64.
[[nodiscard]] Bytes counter_app_key();

// A transaction of this app: 16 bytes, little-endian.
struct CounterOperation {
  std::uint64_t id = 0;  // takes effect at most once
  std::uint64_t amount = 0;
  friend bool operator==(const CounterOperation&, const CounterOperation&) = default;
};
[[nodiscard]] Bytes to_transaction(const CounterOperation& operation);
// Errors: truncated, trailing.
[[nodiscard]] Result<CounterOperation> operation_from(BytesView transaction);
// A change of the validator set: the other transaction of this app. Its id has the top bit set.
struct SetChange {
  std::uint64_t id = 0;  // takes effect at most once
  ValidatorSetUpdates updates;
};
[[nodiscard]] constexpr std::uint64_t set_change_id(std::uint64_t number) {
  return std::uint64_t{1} << 63 | number;
}
[[nodiscard]] Bytes to_transaction(const SetChange& change);
// The change that a block's data make: a change has a block of its own, of two datums of which the
// first is empty. Errors: bad_value and what decoding finds.
// Binds all data of a block. [S04]
[[nodiscard]] Hash counter_data_hash(const Data& data);
[[nodiscard]] Result<SetChange> set_change_of(const Data& data);

// The operations in a block's data, in order. Errors: too_long (other than one datum or none), bad
// size.
[[nodiscard]] Result<std::vector<CounterOperation>> operations_of(const Data& data);

class CounterApp : public App {
 public:
  // At most so many operations in one block; `genesis_set` holds until the first change.
  CounterApp(std::size_t operations_per_block, const ValidatorSet& genesis_set)
      : per_block_(operations_per_block), genesis_set_(genesis_set) {}

  std::variant<ProducedBlock, NotYet> produce(const ProduceRequest& request) override;
  Validation validate(const ValidateRequest& request) override;
  Status admit(BytesView transaction) override;
  void on_commit(const CommittedBlock& block) override;
  [[nodiscard]] bool has_work(const std::optional<Hash>& parent, const AppView& state) override;

  [[nodiscard]] std::size_t pending() const { return pool_.size(); }

 private:
  std::optional<ProducedBlock> produce_change(const AppView& state) const;
  Validation validate_change(const ValidateRequest& request) const;
  // The set after the change; none if no chain can be governed by it.
  [[nodiscard]] std::optional<ValidatorSet> set_after(const AppView& state,
                                                      const ValidatorSetUpdates& updates) const;

  std::size_t per_block_;
  ValidatorSet genesis_set_;
  std::map<std::uint64_t, std::uint64_t> pool_;          // id -> amount
  std::map<std::uint64_t, ValidatorSetUpdates> changes_;  // id -> what to do to the set
};

}  // namespace hs::sim
