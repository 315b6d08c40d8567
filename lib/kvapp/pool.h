// Transactions that wait to be put into a block: one pool per node, in order of arrival. Bounded in
// bytes, in number and per client, so that no client can push out the others. Used by the thread
// that steps the replica.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "lib/kvapp/id_order.h"
#include "lib/kvapp/limits.h"
#include "lib/kvapp/refusal.h"
#include "lib/kvapp/transaction.h"

namespace hs::kv {

struct PoolLimits {
  std::size_t bytes = pool_bytes_max;
  std::size_t transactions = pool_transactions_max;
  std::size_t client_transactions = pool_client_transactions_max;
};

struct Pooled {
  std::shared_ptr<const Bytes> encoded;
  TransactionId id;
  ClientId client;
  Height valid_until;
  bool changes_validators = false;
};

class TransactionPool {
 public:
  // `salt`: see IdHash. `authority`: who may sign changes of the validator set; none: nobody.
  TransactionPool(ChainId chain_id, const PoolLimits& limits, std::uint64_t salt = 0,
                  const std::optional<PublicKey>& authority = {})
      : chain_id_(chain_id), authority_(authority), limits_(limits), by_id_(0, IdHash{salt}) {}

  // Takes a transaction that could be in a block of height `next`. `is_committed` is asked once,
  // with the id, after all cheaper questions.
  [[nodiscard]] std::expected<TransactionId, Refused> admit(
      BytesView encoded, Height next,
      const std::function<bool(const TransactionId&)>& is_committed);

  void remove(const TransactionId& id);
  // Drops what can be in no block of height `next` or above.
  void expire(Height next);
  // In order of arrival, until the visitor returns false. The visitor must not change the pool.
  void visit(const std::function<bool(const Pooled&)>& visitor) const;

  [[nodiscard]] bool contains(const TransactionId& id) const { return by_id_.contains(id); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  // Does a change of the validator set wait here?
  [[nodiscard]] bool has_set_change() const { return set_changes_ > 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  using Arrival = std::uint64_t;
  [[nodiscard]] std::expected<void, Refused> check_window(const Transaction& transaction,
                                                          Height next) const;
  [[nodiscard]] std::expected<void, Refused> check_room(const Transaction& transaction,
                                                        std::size_t size) const;
  void remove(Arrival arrival);

  ChainId chain_id_;
  std::optional<PublicKey> authority_;
  PoolLimits limits_;
  std::size_t set_changes_ = 0;  // of those waiting
  Arrival next_arrival_ = 0;
  std::size_t bytes_ = 0;
  std::map<Arrival, Pooled> waiting_;
  std::unordered_map<TransactionId, Arrival, IdHash> by_id_;  // looked up, never iterated
  std::map<ClientId, std::size_t> per_client_;
  std::set<std::pair<Height, Arrival>> by_expiry_;
};

}  // namespace hs::kv
