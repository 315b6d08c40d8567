#include "lib/node/counted_app.h"

#include "lib/kvapp/queries.h"

namespace hs {
namespace {

// As many as the pool takes of transactions; beyond that a latency is not worth the memory.
constexpr std::size_t submitted_max = kv::pool_transactions_max;

}  // namespace

void CountedApp::submitted(const TransactionId& id) {
  // Transactions that expired unseen leave their entries behind; starting anew costs some samples.
  if (submitted_.size() >= submitted_max) submitted_.clear();
  submitted_.emplace(id, Clock::now());
}

void CountedApp::on_commit(const CommittedBlock& block) {
  ++committed_blocks_;
  if (const auto transactions = kv::transactions_of(block.block.data)) {
    committed_transactions_ += transactions->size();
    if (!submitted_.empty()) {
      const Clock::time_point now = Clock::now();
      for (const Bytes& transaction : *transactions) {
        const auto found = submitted_.find(transaction_id(transaction));
        if (found == submitted_.end()) continue;
        latencies_.add(now - found->second);
        submitted_.erase(found);
      }
    }
  }
  app_->on_commit(block);
}

}  // namespace hs
