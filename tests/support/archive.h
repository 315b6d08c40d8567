// A long committed chain, made without replicas: what a server of block sync holds. Every so many
// blocks the validator set moves on by one member, so that after four updates nobody of the genesis
// set is left.
#pragma once
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "lib/blocksync/server.h"
#include "lib/hotstuff/rules.h"
#include "lib/store/memory_store.h"
#include "tests/support/chain.h"
#include "tests/support/lone_replica.h"

namespace hs::test {

class Archive {
 public:
  // Validator set number i, by power 1: keys i + 1 ..= i + 4.
  [[nodiscard]] static ValidatorSet set_number(std::uint8_t i) {
    return test_set({{key_of(i, 1)}, {key_of(i, 2)}, {key_of(i, 3)}, {key_of(i, 4)}});
  }
  // `updates` set updates, spread evenly over `blocks` blocks. The name makes chains differ.
  Archive(std::uint64_t blocks, std::uint8_t updates, std::string_view name = "archive",
          std::uint8_t first_set = 0)
      : name_(name), every_(updates == 0 ? 0 : blocks / (updates + 1u)), set_(first_set) {
    HS_CHECK(initialise(store, {{}, set_number(set_)}).has_value());
    tree_.emplace(store);
    PhaseCertificate justify = genesis_pc();
    std::uint8_t left = updates;
    for (std::uint64_t height = 0; height < blocks; ++height) {
      const bool changes_set = left > 0 && height > 0 && height % every_ == 0;
      if (changes_set) --left;
      justify = append(Height{height}, justify, changes_set);
      store.write(tree_->take_batch(), false);
    }
    apply(justify);
    store.write(tree_->take_batch(), false);
  }

  [[nodiscard]] const BlockTree& tree() const { return *tree_; }
  [[nodiscard]] Height committed() const { return *tree_->committed_height(); }
  [[nodiscard]] std::vector<Height> update_heights() const { return update_heights_; }
  // For a HeightApp that replays the chain.
  [[nodiscard]] std::optional<ValidatorSetUpdates> updates_at(Height height) const {
    if (every_ == 0 || height.value == 0 || height.value % every_ != 0) return std::nullopt;
    const std::uint64_t number = height.value / every_ - 1;
    if (number >= update_heights_.size()) return std::nullopt;
    return step(static_cast<std::uint8_t>(number));
  }
  [[nodiscard]] BlockSyncResponse serve(const BlockSyncRequest& request,
                                        std::uint32_t blocks_max = 256) const {
    return answer(*tree_, request, {blocks_max, sync_response_bytes_max});
  }

  MemoryStore store;

 private:
  [[nodiscard]] static std::uint8_t key_of(std::uint8_t set, std::uint8_t n) {
    return static_cast<std::uint8_t>(set + n);
  }
  [[nodiscard]] static ValidatorSetUpdates step(std::uint8_t from) {
    ValidatorSetUpdates updates = sets_power({{key_of(from, 5), 1}});
    updates.erase(test_key(key_of(from, 1)).public_key());
    return updates;
  }
  [[nodiscard]] PhaseCertificate certificate(const Hash& block, Phase phase) {
    return signed_pc(test_pc(view_++, block, phase), set_number(set_),
                     {key_of(set_, 1), key_of(set_, 2), key_of(set_, 3)});
  }
  void apply(const PhaseCertificate& pc) { tree_->apply(update_for(*tree_, pc)); }
  // The certificate of the new block that its child carries.
  PhaseCertificate append(Height height, const PhaseCertificate& justify, bool changes_set) {
    const Block block = Lone::block(height, justify, name_ + std::to_string(height.value));
    if (!justify.is_genesis()) apply(justify);
    AppStateUpdates state;
    state.insert(to_bytes("height"), to_borsh(height));
    if (!changes_set) {
      tree_->insert(block, state, std::nullopt);
      return certificate(block.hash, Phase::generic);
    }
    update_heights_.push_back(height);
    tree_->insert(block, state, step(set_));
    apply(certificate(block.hash, Phase::prepare));
    apply(certificate(block.hash, Phase::precommit));
    apply(certificate(block.hash, Phase::commit));
    ++set_;
    return certificate(block.hash, Phase::decide);
  }

  std::string name_;
  std::uint64_t every_;
  std::uint8_t set_;
  std::uint64_t view_ = 1;
  std::vector<Height> update_heights_;
  std::optional<BlockTree> tree_;
};

}  // namespace hs::test
