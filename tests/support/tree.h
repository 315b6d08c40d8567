// A tree in memory whose batches are written at once, as drive.h does, and looks at its bytes.
#pragma once
#include "lib/blocktree/block_tree.h"
#include "lib/blocktree/key_table.h"
#include "lib/store/memory_store.h"
#include "tests/support/chain.h"

namespace hs::test {

struct Tree {
  MemoryStore store;
  std::optional<BlockTree> tree;

  explicit Tree(const AppStateUpdates& app_state = {})
      : Tree(InitialState{app_state, test_set({{1}, {2}, {3}, {4}})}) {}
  explicit Tree(const InitialState& state) {
    HS_CHECK(initialise(store, state).has_value());
    tree.emplace(store);
  }

  BlockTree* operator->() { return &*tree; }
  BlockTree& operator*() { return *tree; }
  [[nodiscard]] TreeReader stored() const { return TreeReader(store); }

  void write() { store.write(tree->take_batch(), true); }
  // As after a crash: what was not written is gone, and so is every cache.
  void reopen() { tree.emplace(store); }

  Block insert(Block block, const std::optional<AppStateUpdates>& app = std::nullopt,
               const std::optional<ValidatorSetUpdates>& validators = std::nullopt) {
    tree->insert(block, app, validators);
    write();
    return block;
  }
  TreeUpdateResult apply(const TreeUpdate& update) {
    TreeUpdateResult result = tree->apply(update);
    write();
    return result;
  }
  TreeUpdateResult commit(const Block& block) { return apply({.commit = block.hash}); }

  // Keys that name the block in themselves.
  [[nodiscard]] std::vector<Bytes> keys_naming(const Hash& block) const {
    std::vector<Bytes> keys;
    for (const auto& [key, value] : store.entries()) {
      if (std::search(key.begin(), key.end(), block.bytes.begin(), block.bytes.end()) !=
          key.end()) {
        keys.push_back(key);
      }
    }
    return keys;
  }
};

[[nodiscard]] inline AppStateUpdates puts(
    std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
  AppStateUpdates updates;
  for (const auto& [key, value] : entries) updates.insert(to_bytes(key), to_bytes(value));
  return updates;
}

[[nodiscard]] inline std::optional<std::string> text(const std::optional<Bytes>& bytes) {
  if (!bytes) return std::nullopt;
  return to_string(*bytes);
}

}  // namespace hs::test
