#include "lib/kvapp/pool.h"

#include "lib/base/check.h"
#include "lib/kvapp/set_changes.h"

namespace hs::kv {
std::expected<TransactionId, Refused> TransactionPool::admit(
    BytesView encoded, Height next, const std::function<bool(const TransactionId&)>& is_committed) {
  if (encoded.size() > transaction_bytes_max) {
    return refuse(Refusal::too_large, "the transaction has " + std::to_string(encoded.size()) +
                                          " bytes; at most " +
                                          std::to_string(transaction_bytes_max) + " are allowed");
  }
  const auto transaction = from_borsh<Transaction>(encoded);
  if (!transaction) {
    return refuse(Refusal::malformed,
                  "the transaction cannot be decoded: " + transaction.error().what);
  }
  if (auto window = check_window(*transaction, next); !window) {
    return std::unexpected(std::move(window).error());
  }
  const TransactionId id = transaction_id(encoded);
  if (by_id_.contains(id)) {
    return refuse(Refusal::duplicate, "the transaction is waiting in the pool already");
  }
  if (auto room = check_room(*transaction, encoded.size()); !room) {
    return std::unexpected(std::move(room).error());
  }
  if (is_committed(id)) return refuse(Refusal::committed, "the transaction is committed already");
  const bool is_set_change = changes_validators(transaction->operation);
  if (is_set_change) {
    // Last, as a signature costs more than all of the above.
    if (auto authorised = check_authority(*transaction, authority_); !authorised) {
      return std::unexpected(std::move(authorised).error());
    }
    ++set_changes_;
  }

  const Arrival arrival = next_arrival_++;
  by_id_.emplace(id, arrival);
  by_expiry_.emplace_hint(by_expiry_.end(), transaction->valid_until, arrival);
  ++per_client_[transaction->client];
  bytes_ += encoded.size();
  waiting_.emplace_hint(waiting_.end(), arrival,
                        Pooled{std::make_shared<const Bytes>(to_bytes(encoded)), id,
                               transaction->client, transaction->valid_until, is_set_change});
  return id;
}

std::expected<void, Refused> TransactionPool::check_window(const Transaction& transaction,
                                                           Height next) const {
  if (transaction.chain_id != chain_id_) {
    return refuse(Refusal::wrong_chain, "the transaction is for chain " +
                                            std::to_string(transaction.chain_id.value) +
                                            ", this is chain " + std::to_string(chain_id_.value));
  }
  const Height valid_until = transaction.valid_until;
  if (valid_until < next) {
    return refuse(Refusal::expired, "valid until height " + std::to_string(valid_until.value) +
                                        ", but the next block has height " +
                                        std::to_string(next.value));
  }
  if (valid_until.value - next.value > remembered_heights) {
    return refuse(Refusal::too_far_ahead,
                  "valid until height " + std::to_string(valid_until.value) + "; at most " +
                      std::to_string(next.value + remembered_heights) + " is allowed now");
  }
  return {};
}

std::expected<void, Refused> TransactionPool::check_room(const Transaction& transaction,
                                                         std::size_t size) const {
  const auto client = per_client_.find(transaction.client);
  if (client != per_client_.end() && client->second >= limits_.client_transactions) {
    return refuse(Refusal::client_full, std::to_string(client->second) +
                                            " transactions of this client are waiting already");
  }
  const bool full = waiting_.size() >= limits_.transactions || bytes_ + size > limits_.bytes;
  if (full) {
    return refuse(Refusal::pool_full, "the pool is full: " + std::to_string(waiting_.size()) +
                                          " transactions, " + std::to_string(bytes_) + " bytes");
  }
  return {};
}

void TransactionPool::remove(const TransactionId& id) {
  const auto found = by_id_.find(id);
  if (found != by_id_.end()) remove(found->second);
}

void TransactionPool::remove(Arrival arrival) {
  const auto found = waiting_.find(arrival);
  HS_CHECK(found != waiting_.end());
  const Pooled& pooled = found->second;
  const auto client = per_client_.find(pooled.client);
  HS_CHECK(client != per_client_.end());
  if (--client->second == 0) per_client_.erase(client);
  by_expiry_.erase({pooled.valid_until, arrival});
  by_id_.erase(pooled.id);
  if (pooled.changes_validators) --set_changes_;
  HS_CHECK(bytes_ >= pooled.encoded->size());
  bytes_ -= pooled.encoded->size();
  waiting_.erase(found);
}

void TransactionPool::expire(Height next) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first < next) {
    remove(by_expiry_.begin()->second);
  }
}

void TransactionPool::visit(const std::function<bool(const Pooled&)>& visitor) const {
  for (const auto& [arrival, pooled] : waiting_) {
    if (!visitor(pooled)) return;
  }
}

}  // namespace hs::kv
