// The built-in app with a look over its shoulder: what was committed, how many transactions, and
// how long the ones submitted here took. Changes nothing of what the app answers.
#pragma once
#include <chrono>
#include <functional>
#include <map>

#include "lib/kvapp/kv_app.h"
#include "lib/node/latency.h"

namespace hs {

class CountedApp : public App {
 public:
  using Clock = std::chrono::steady_clock;

  explicit CountedApp(KvApp& app) : app_(&app) {}

  std::variant<ProducedBlock, NotYet> produce(const ProduceRequest& request) override {
    return app_->produce(request);
  }
  Validation validate(const ValidateRequest& request) override { return app_->validate(request); }
  Validation validate_for_sync(const ValidateRequest& request) override {
    return app_->validate_for_sync(request);
  }
  Status admit(BytesView transaction) override { return app_->admit(transaction); }
  void on_commit(const CommittedBlock& block) override;
  [[nodiscard]] bool has_work(const std::optional<Hash>& parent, const AppView& state) override {
    return app_->has_work(parent, state);
  }

  // A transaction that this node took from its own user just now.
  void submitted(const TransactionId& id);

  [[nodiscard]] std::uint64_t committed_transactions() const { return committed_transactions_; }
  [[nodiscard]] std::uint64_t committed_blocks() const { return committed_blocks_; }
  // From submission here to commit here.
  [[nodiscard]] const LatencyWindow& latencies() const { return latencies_; }

 private:
  KvApp* app_;
  std::uint64_t committed_transactions_ = 0;
  std::uint64_t committed_blocks_ = 0;
  std::map<TransactionId, Clock::time_point> submitted_;
  LatencyWindow latencies_;
};

}  // namespace hs
