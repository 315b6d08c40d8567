#include "lib/sim/app_kit.h"

#include "lib/base/check.h"
#include "lib/blocktree/tree_reader.h"
#include "lib/kvapp/block_data.h"
#include "lib/kvapp/kv_app.h"
#include "lib/sim/counter_app.h"

namespace hs::sim {
namespace {

class CounterKit : public AppKit {
 public:
  CounterKit(std::size_t operations_per_block, const ValidatorSet& genesis_set)
      : per_block_(operations_per_block), genesis_set_(genesis_set) {}

  [[nodiscard]] std::unique_ptr<App> start(const KvReader&) const override {
    return std::make_unique<CounterApp>(per_block_, genesis_set_);
  }
  [[nodiscard]] Bytes transaction(std::uint64_t number, Height) const override {
    return to_transaction({.id = number, .amount = number % 7 + 1});
  }
  [[nodiscard]] Bytes set_change(std::uint64_t number,
                                 const ValidatorSetUpdates& updates) const override {
    return to_transaction(SetChange{.id = set_change_id(number), .updates = updates});
  }
  [[nodiscard]] std::optional<ValidatorSetUpdates> set_updates_in(const Data& data) const override {
    const auto change = set_change_of(data);
    return change ? std::optional(change->updates) : std::nullopt;
  }
  [[nodiscard]] Hash data_hash_of(const Data& data) const override {
    return counter_data_hash(data);
  }
  [[nodiscard]] std::vector<Hash> transactions_in(const Data& data) const override {
    std::vector<Hash> hashes;
    if (const auto change = set_change_of(data)) return {sha256(to_transaction(*change))};
    const auto operations = operations_of(data);
    if (!operations) return hashes;
    for (const CounterOperation& operation : *operations) {
      hashes.push_back(sha256(to_transaction(operation)));
    }
    return hashes;
  }

 private:
  std::size_t per_block_;
  ValidatorSet genesis_set_;
};

class KvKit : public AppKit {
 public:
  explicit KvKit(ChainId chain_id) : chain_id_(chain_id) {}

  [[nodiscard]] std::unique_ptr<App> start(const KvReader& disk) const override {
    auto app = std::make_unique<KvApp>(
        KvAppConfig{.chain_id = chain_id_, .pool = {}, .index_salt = 0});
    const TreeReader tree(disk);
    const Status loaded = app->load(
        [&](BytesView key) { return tree.app_value(key); },
        [&](BytesView prefix, const kv::Visitor& visit) { tree.scan_app(prefix, visit); });
    HS_CHECK(loaded.has_value());
    return app;
  }
  // A few keys that all clients fight over: puts, deletes and compare-and-sets.
  [[nodiscard]] Bytes transaction(std::uint64_t number, Height tip) const override {
    const Bytes name = to_bytes("key" + std::to_string(number % 5));
    Transaction transaction{.chain_id = chain_id_,
                            .client = {},
                            .sequence = number,
                            .valid_until = Height{tip.value + kv::valid_heights_default},
                            .operation = kv::Put{.key = name, .value = to_bytes("v")}};
    transaction.client.bytes.fill(static_cast<std::uint8_t>(number % 3));
    if (number % 4 == 1) transaction.operation = kv::Delete{.key = name};
    if (number % 4 == 2) {
      transaction.operation = kv::CompareAndSet{
          .key = name, .expected = std::nullopt, .value = to_bytes(std::to_string(number))};
    }
    return to_borsh(transaction);
  }
  // Churn runs the counter app, whose sets anyone may change.
  [[nodiscard]] Bytes set_change(std::uint64_t, const ValidatorSetUpdates&) const override {
    return {};
  }
  [[nodiscard]] std::optional<ValidatorSetUpdates> set_updates_in(const Data&) const override {
    return std::nullopt;
  }
  [[nodiscard]] Hash data_hash_of(const Data& data) const override { return kv::hash_of(data); }
  [[nodiscard]] std::vector<Hash> transactions_in(const Data& data) const override {
    std::vector<Hash> hashes;
    const auto transactions = kv::encoded_transactions(data);
    if (!transactions) return hashes;
    for (const BytesView transaction : *transactions) hashes.push_back(sha256(transaction));
    return hashes;
  }

 private:
  ChainId chain_id_;
};

}  // namespace

std::unique_ptr<AppKit> make_app_kit(const WorkPlan& work, ChainId chain_id,
                                     const ValidatorSet& genesis_set) {
  if (work.app == AppKind::kv) return std::make_unique<KvKit>(chain_id);
  return std::make_unique<CounterKit>(work.operations_per_block, genesis_set);
}

}  // namespace hs::sim
