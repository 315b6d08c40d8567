// What the simulator must know of the app that its nodes run: how to start one, how a client's
// transaction looks, and which transactions a block holds.
#pragma once
#include <memory>

#include "lib/app/app.h"
#include "lib/sim/plan.h"
#include "lib/store/store.h"
#include "lib/types/update_set.h"
#include "lib/validators/validator_set.h"

namespace hs::sim {

class AppKit {
 public:
  virtual ~AppKit() = default;
  // An app for a process that starts over `disk`, which may be empty.
  [[nodiscard]] virtual std::unique_ptr<App> start(const KvReader& disk) const = 0;
  // The client's transaction with this number. `tip` is the committed height it knows of.
  [[nodiscard]] virtual Bytes transaction(std::uint64_t number, Height tip) const = 0;
  // The transaction that changes the validator set, with this number; empty if this app has none.
  [[nodiscard]] virtual Bytes set_change(std::uint64_t number,
                                         const ValidatorSetUpdates& updates) const = 0;
  // What a block's data do to the validator set; none for an ordinary block.
  [[nodiscard]] virtual std::optional<ValidatorSetUpdates> set_updates_in(
      const Data& data) const = 0;
  // The data_hash that the app demands of a block with these data.
  [[nodiscard]] virtual Hash data_hash_of(const Data& data) const = 0;
  // Hashes of the transactions of a committed block; none if its data are not the app's.
  [[nodiscard]] virtual std::vector<Hash> transactions_in(const Data& data) const = 0;
};

[[nodiscard]] std::unique_ptr<AppKit> make_app_kit(const WorkPlan& work, ChainId chain_id,
                                                   const ValidatorSet& genesis_set);

}  // namespace hs::sim
