// The state machine that is replicated. Implement App to put your own behind `hs`. [PROTOCOL 11]
//
// Contract. Deterministic: what a call returns depends on its request alone, never on a clock,
// chance, other state or the order of a hash map. Validation must check that `data_hash` fits
// `data` (nobody else does) and must accept what an honest produce() made for the same parent. All
// calls come from the thread that steps the replica and should be short: the view timer runs
// meanwhile. An exception counts as "invalid", or as "nothing to propose". [S46]
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "lib/types/block.h"
#include "lib/types/update_set.h"
#include "lib/validators/validator_set.h"

namespace hs {

// The app state as it will be right after a given block, and that block's ancestors. Lives for one
// call.
class AppView {
 public:
  virtual ~AppView() = default;
  // The value of an app key (without the store's own prefix).
  [[nodiscard]] virtual std::optional<Bytes> get(BytesView key) const = 0;
  // Data of an ancestor of the block this view is after (or that block itself); none if it is not
  // stored. Ask for nothing but ancestors.
  [[nodiscard]] virtual std::optional<Data> data_of(const Hash& block) const = 0;
  [[nodiscard]] virtual std::optional<Hash> parent_of(const Hash& block) const = 0;
  [[nodiscard]] virtual const ValidatorSet& committed_validators() const = 0;
};

struct ProduceRequest {
  View view;
  Height height;               // of the block to be made
  std::optional<Hash> parent;  // none for height 0
  const AppView& state;        // after the parent
  bool must_propose;           // false: answer NotYet where there is nothing to do
  // The last block made here was refused by validate() or for the validator set it leads to, and
  // the next one would be, too, if it were the same. Leave out whatever can be: such a block is to
  // be valid by all means, or the chain stands still. [S28]
  bool plain = false;
};
struct ProducedBlock {
  Hash data_hash;
  Data data;
};
struct NotYet {};

struct ValidateRequest {
  const Block& block;
  const AppView& state;  // after the block's parent
};
// `validator_set_updates` present, even empty, puts the block into phased mode.
struct ValidBlock {
  std::optional<AppStateUpdates> app_state_updates;
  std::optional<ValidatorSetUpdates> validator_set_updates;
};
struct InvalidBlock {
  std::string why;
};
using Validation = std::variant<ValidBlock, InvalidBlock>;

// A block that has just been committed, for the app's own bookkeeping (its pool, its caches). What
// the app derives from it must also be derivable from the app state, as a restart does not replay
// it.
struct CommittedBlock {
  const Block& block;
  View view;  // in which it was certified
};

class App {
 public:
  virtual ~App() = default;
  virtual std::variant<ProducedBlock, NotYet> produce(const ProduceRequest& request) = 0;
  virtual Validation validate(const ValidateRequest& request) = 0;
  // The same verdict and updates as validate(), without any deliberate delay.
  virtual Validation validate_for_sync(const ValidateRequest& request) { return validate(request); }
  // A transaction of a user. Errors name why it is refused.
  virtual Status admit(BytesView transaction) = 0;
  virtual void on_commit(const CommittedBlock& block) = 0;
  // Would a child of `parent` have something to do: transactions waiting that are not yet in
  // `parent` or its uncommitted ancestors? `state` is the view after `parent`.
  [[nodiscard]] virtual bool has_work(const std::optional<Hash>& parent, const AppView& state) = 0;
};

}  // namespace hs
