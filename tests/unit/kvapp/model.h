// A tree of blocks over one app: what the block tree and hotstuff would do, without certificates.
// State lies in maps, so that every rule of the app can be checked against a plain walk over
// ancestors.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "lib/base/check.h"
#include "lib/kvapp/block_data.h"
#include "lib/kvapp/kv_app.h"
#include "tests/support/chain.h"

namespace hs::test {

inline Transaction make_transaction(std::uint64_t sequence, kv::Operation operation,
                                    std::uint64_t valid_until = 500, std::uint8_t client = 1) {
  ClientId id;
  id.bytes.fill(client);
  return {test_chain, id, sequence, Height{valid_until}, std::move(operation)};
}
inline kv::Put put(std::string_view key, std::string_view value) {
  return {to_bytes(key), to_bytes(value)};
}
inline kv::CompareAndSet cas(std::string_view key, std::optional<std::string_view> expected,
                             std::string_view value) {
  kv::CompareAndSet operation{.key = to_bytes(key), .expected = {}, .value = to_bytes(value)};
  if (expected) operation.expected = to_bytes(*expected);
  return operation;
}

struct ModelBlock {
  Block block;
  std::shared_ptr<const ModelBlock> parent;  // null at height 0
  AppStateUpdates updates;
  std::optional<ValidatorSetUpdates> set_updates = {};
};
using ModelBlockPtr = std::shared_ptr<const ModelBlock>;

using StateMap = std::map<Bytes, Bytes>;

inline void apply(StateMap& state, const AppStateUpdates& updates) {
  for (const auto& [key, value] : updates.inserts) state[key] = value;
  for (const Bytes& key : updates.deletes) state.erase(key);
}

// State after `parent`, of which the blocks above `committed_height` are pending. [6.6]
class ModelView : public AppView {
 public:
  ModelView(const StateMap& committed, std::optional<Height> committed_height, ModelBlockPtr parent,
            ValidatorSet validators)
      : committed_(&committed), validators_(std::move(validators)) {
    for (; parent; parent = parent->parent) {
      if (committed_height && parent->block.height <= *committed_height) break;
      pending_.push_back(parent);
    }
  }
  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override {
    const Bytes wanted = to_bytes(key);
    for (const ModelBlockPtr& block : pending_) {
      if (block->updates.deletes.contains(wanted)) return std::nullopt;
      const auto inserted = block->updates.inserts.find(wanted);
      if (inserted != block->updates.inserts.end()) return inserted->second;
    }
    const auto found = committed_->find(wanted);
    if (found == committed_->end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] std::optional<Data> data_of(const Hash&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<Hash> parent_of(const Hash&) const override { return std::nullopt; }
  [[nodiscard]] const ValidatorSet& committed_validators() const override { return validators_; }

 private:
  const StateMap* committed_;
  std::vector<ModelBlockPtr> pending_;  // newest first
  ValidatorSet validators_;
};

class Model {
 public:
  explicit Model(KvAppConfig config = {.chain_id = test_chain}) : app(config) {}

  KvApp app;
  StateMap committed;
  ValidatorSet validators;
  ModelBlockPtr head;  // newest committed block

  [[nodiscard]] std::optional<Height> committed_height() const {
    if (!head) return std::nullopt;
    return head->block.height;
  }
  [[nodiscard]] ModelView view_after(const ModelBlockPtr& parent) const {
    return ModelView(committed, committed_height(), parent, validators);
  }
  [[nodiscard]] static Height height_after(const ModelBlockPtr& parent) {
    return parent ? next(parent->block.height) : Height{0};
  }

  [[nodiscard]] static Block make(const ModelBlockPtr& parent, Data data) {
    const Hash hash = kv::hash_of(data);
    return make_block(
        height_after(parent),
        parent ? test_pc(height_after(parent).value, parent->block.hash) : genesis_pc(), hash,
        std::move(data));
  }
  [[nodiscard]] static Block make(const ModelBlockPtr& parent,
                                  const std::vector<Transaction>& transactions) {
    std::vector<Bytes> encoded;
    for (const Transaction& transaction : transactions) encoded.push_back(to_borsh(transaction));
    return make(parent, kv::to_data({encoded.begin(), encoded.end()}));
  }

  [[nodiscard]] Validation validate(KvApp& by, const ModelBlockPtr& parent, const Block& block) {
    const ModelView view = view_after(parent);
    return by.validate({block, view});
  }
  [[nodiscard]] bool is_valid(const ModelBlockPtr& parent, const Block& block) {
    return std::holds_alternative<ValidBlock>(validate(app, parent, block));
  }
  // The reason of a refusal.
  [[nodiscard]] std::string fault(const ModelBlockPtr& parent, const Block& block) {
    const Validation verdict = validate(app, parent, block);
    const auto* invalid = std::get_if<InvalidBlock>(&verdict);
    return invalid ? invalid->why : "valid";
  }

  // The block must be valid.
  [[nodiscard]] ModelBlockPtr insert(const ModelBlockPtr& parent, Block block) {
    Validation verdict = validate(app, parent, block);
    auto* valid = std::get_if<ValidBlock>(&verdict);
    HS_CHECK(valid != nullptr);
    HS_CHECK(valid->app_state_updates.has_value());
    return std::make_shared<ModelBlock>(ModelBlock{std::move(block), parent,
                                                   std::move(*valid->app_state_updates),
                                                   std::move(valid->validator_set_updates)});
  }
  [[nodiscard]] ModelBlockPtr insert(const ModelBlockPtr& parent,
                                     const std::vector<Transaction>& transactions) {
    return insert(parent, make(parent, transactions));
  }

  // With all its uncommitted ancestors.
  void commit(const ModelBlockPtr& block) {
    if (block->parent != head) commit(block->parent);
    apply(committed, block->updates);
    if (block->set_updates) {
      auto changed = validators.with(*block->set_updates);
      HS_CHECK(changed.has_value());
      validators = std::move(*changed);
    }
    head = block;
    app.on_commit({block->block, View{block->block.height.value}});
  }
  ModelBlockPtr grow(const std::vector<Transaction>& transactions) {
    commit(insert(head, transactions));
    return head;
  }

  [[nodiscard]] std::optional<ProducedBlock> produce(const ModelBlockPtr& parent,
                                                     bool must_propose = false) {
    const ModelView view = view_after(parent);
    auto answer = app.produce({.view = View{1},
                               .height = height_after(parent),
                               .parent = hash_of(parent),
                               .state = view,
                               .must_propose = must_propose});
    if (std::holds_alternative<NotYet>(answer)) return std::nullopt;
    return std::get<ProducedBlock>(std::move(answer));
  }
  [[nodiscard]] bool has_work(const ModelBlockPtr& parent) {
    const ModelView view = view_after(parent);
    return app.has_work(hash_of(parent), view);
  }
  bool admit(const Transaction& transaction) {
    return app.admit_transaction(to_borsh(transaction)).has_value();
  }

  [[nodiscard]] kv::Getter getter() const {
    return [this](BytesView key) -> std::optional<Bytes> {
      const auto found = committed.find(to_bytes(key));
      if (found == committed.end()) return std::nullopt;
      return found->second;
    };
  }
  [[nodiscard]] kv::Scanner scanner() const {
    return [this](BytesView prefix, const kv::Visitor& visit) {
      for (auto at = committed.lower_bound(to_bytes(prefix)); at != committed.end(); ++at) {
        if (!starts_with(at->first, prefix) || !visit(at->first, at->second)) return;
      }
    };
  }

 private:
  [[nodiscard]] static std::optional<Hash> hash_of(const ModelBlockPtr& block) {
    if (!block) return std::nullopt;
    return block->block.hash;
  }
};

}  // namespace hs::test
