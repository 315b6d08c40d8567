// The built-in app: a replicated key-value store with put, delete and compare-and-set, and the pool
// of transactions that wait for it. [ARCHITECTURE 5, PROTOCOL 11]
//
// A block's transactions travel in ONE datum, borsh(Vec<transaction bytes>); a block without
// transactions has no datum. data_hash = SHA-256(borsh(data)). A block is valid if its data are
// canonical and within lib/kvapp/limits.h, and each of its transactions belongs to this chain, is
// not expired, not valid for longer than its id is remembered, and is in no other place of the
// block nor in any of its last remembered_heights ancestors: so a transaction takes effect at most
// once, whatever is re-proposed, resent or forked. None of that asks the pool. At most one of them
// changes the validator set, and that one is signed by the authority. [set_changes.h]
//
// Threads: all calls come from the thread that steps the replica.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "lib/app/app.h"
#include "lib/kvapp/id_window.h"
#include "lib/kvapp/pool.h"
#include "lib/kvapp/state.h"

namespace hs {

struct KvAppConfig {
  ChainId chain_id;
  kv::PoolLimits pool = {};
  // A number that strangers cannot guess, drawn by the driver. It changes the speed of look-ups
  // under attack and nothing else, so 0 serves a simulation.
  std::uint64_t index_salt = 0;
  std::optional<PublicKey> authority = {};  // of the genesis; none: the set never changes
};

class KvApp : public App {
 public:
  explicit KvApp(const KvAppConfig& config);

  // Call once before any other call where the store is not empty: learns the committed height and
  // indexes the ids in the window. `get` and `scan` read committed app state. Without it verdicts
  // are the same but slow, and the pool takes what is committed already. Errors: corrupt.
  [[nodiscard]] Status load(const kv::Getter& get, const kv::Scanner& scan);

  // ---- App ----
  std::variant<ProducedBlock, NotYet> produce(const ProduceRequest& request) override;
  Validation validate(const ValidateRequest& request) override;
  // As admit_transaction(), without the id.
  Status admit(BytesView transaction) override;
  void on_commit(const CommittedBlock& block) override;
  [[nodiscard]] bool has_work(const std::optional<Hash>& parent, const AppView& state) override;

  // ---- for drivers ----
  // Puts a transaction into the pool. A success means that it is new here: the caller gossips it.
  // `duplicate` and `committed` mean that others know it already.
  [[nodiscard]] std::expected<TransactionId, kv::Refused> admit_transaction(BytesView transaction);
  // The same for a transaction of our own user, who is told now what would come to nothing later: a
  // change of the validator set that the newest set does not allow, or that comes while another one
  // waits or is not decided.
  [[nodiscard]] std::expected<TransactionId, kv::Refused> submit_transaction(BytesView transaction);
  // Where the sets stand, for submit_transaction().
  void know_validators(const ValidatorSetState& sets) { sets_ = sets; }
  // Waits in the pool? What is committed is found by kv::find_transaction (lib/kvapp/queries.h).
  [[nodiscard]] bool is_pending(const TransactionId& id) const { return pool_.contains(id); }
  [[nodiscard]] std::size_t pool_transactions() const { return pool_.size(); }
  [[nodiscard]] std::size_t pool_bytes() const { return pool_.bytes(); }
  // Height of the next block to be committed.
  [[nodiscard]] Height next_height() const { return next_height_; }

 private:
  [[nodiscard]] std::expected<void, kv::Refused> check_set_change(BytesView encoded) const;
  // Waiting transactions that a block at `height` over `state` may hold, in order of arrival, until
  // the visitor returns false.
  void visit_includable(Height height, const AppView& state,
                        const std::function<bool(const kv::Pooled&)>& visit) const;

  Height next_height_;
  kv::TransactionPool pool_;
  kv::IdWindow window_;
  ChainId chain_id_;
  std::optional<PublicKey> authority_;
  std::optional<ValidatorSetState> sets_;  // none until somebody says
};

}  // namespace hs
