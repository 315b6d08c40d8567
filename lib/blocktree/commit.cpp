// What a certificate changes in the tree: pointers, commits, set updates and pruning, all in one
// batch. [PROTOCOL 3.7, 6.5]
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/blocktree/block_tree.h"
#include "lib/blocktree/hash_list.h"
#include "lib/blocktree/key_table.h"
#include "lib/blocktree/stored.h"

namespace hs {
namespace {

// By its view, or as the end of what `before` was part of. [I07, S58]
bool may_follow(const PhaseCertificate& before, const PhaseCertificate& after) {
  if (after.view > before.view) return true;
  const bool was_open = before.phase == Phase::prepare || before.phase == Phase::precommit ||
                        before.phase == Phase::commit;
  return was_open && after.phase == Phase::decide && after.block == before.block;
}

}  // namespace

TreeUpdateResult BlockTree::apply(const TreeUpdate& update) {
  TreeUpdateResult result;
  if (update.highest_pc) {
    HS_CHECK(may_follow(highest_pc_, *update.highest_pc));
    highest_pc_ = *update.highest_pc;
    overlay_.put(key::highest_pc(), to_borsh(highest_pc_));
  }
  if (update.locked_pc) {
    HS_CHECK(may_follow(locked_pc_, *update.locked_pc));
    locked_pc_ = *update.locked_pc;
    if (!HS_MUTATE(M08)) overlay_.put(key::locked_pc(), to_borsh(locked_pc_));
  }
  if (update.commit) commit(*update.commit, result);
  if (update.decide) {
    // After the commits, so that a Decide PC that itself commits its block leaves it decided; and
    // for the block of the latest update only, as a stale one says nothing about that. [S32]
    const auto decided = header(*update.decide);
    HS_CHECK(decided != nullptr);
    const bool is_latest = validators_.update_height == decided->height || HS_MUTATE(S32);
    if (is_latest && !validators_.update_decided) {
      set_update_decided(true);
      result.sets_changed = true;
    }
  }
  if (update.commit_pc) {
    overlay_.put(key::commit_pc(update.commit_pc->block), to_borsh(*update.commit_pc));
  }
  return result;
}

std::vector<std::shared_ptr<const BlockHeader>> BlockTree::uncommitted_path(
    const Hash& target) const {
  std::vector<std::shared_ptr<const BlockHeader>> path;
  std::optional<Hash> block = target;
  while (block != committed_block_) {
    HS_CHECK(block.has_value());  // else the path ends at genesis beside the committed chain
    auto at = header(*block);
    HS_CHECK(at != nullptr);
    // Heights fall by one per step, so this ends, and ends on the committed block or not at all.
    if (committed_height_) HS_CHECK(at->height > *committed_height_);
    block = at->justify.is_genesis() ? std::nullopt : std::optional(at->justify.block);
    path.push_back(std::move(at));
  }
  std::ranges::reverse(path);
  return path;
}

void BlockTree::commit(const Hash& target, TreeUpdateResult& result) {
  const auto path = uncommitted_path(target);
  HS_CHECK(!path.empty());
  for (const auto& block : path) {
    result.committed.push_back(commit_one(*block));
    if (HS_MUTATE(S31)) updates_committed_.insert(block->hash, block == path.back());
    if (result.committed.back().validator_set_updates) result.sets_changed = true;
  }
}

CommittedInUpdate BlockTree::commit_one(const BlockHeader& block) {
  overlay_.put(key::block_at_height(block.height), block.hash.view());
  const std::size_t pruned_depth = prune_siblings(block);
  apply_app_updates(block.hash);
  CommittedInUpdate committed{block.hash, block.height, apply_validator_updates(block),
                              pruned_depth};
  overlay_.put(key::highest_committed_block(), block.hash.view());
  committed_block_ = block.hash;
  committed_height_ = block.height;
  return committed;
}

void BlockTree::apply_app_updates(const Hash& block) {
  const AppStateUpdatesPtr updates = pending_app_updates(block);
  app_updates_.erase(block);
  if (!updates) return;
  for (const auto& [app_key, value] : updates->inserts) {
    overlay_.put(key::app_state(app_key), value);
  }
  for (const Bytes& app_key : updates->deletes) overlay_.erase(key::app_state(app_key));
  overlay_.erase(key::pending_app_updates(block));
}

// The reference marks the topmost block of the batch instead of the block at hand, and reads the
// sets as they were before the batch. [S31, S53]
std::optional<ValidatorSetUpdates> BlockTree::apply_validator_updates(const BlockHeader& block) {
  auto pending = pending_updates_.extract(block.hash);
  if (pending.empty()) return std::nullopt;
  ValidatorSetUpdates updates = std::move(std::get<PendingUpdates>(pending.mapped()).updates);
  auto updated = validators_.committed->with(updates);
  HS_CHECK(updated.has_value());  // a block with an impossible update is never stored [S28]
  validators_.previous = std::move(validators_.committed);
  validators_.committed = std::make_shared<const ValidatorSet>(std::move(*updated));
  validators_.update_height = block.height;
  overlay_.put(key::previous_set(), to_borsh(*validators_.previous));
  overlay_.put(key::committed_set(), to_borsh(*validators_.committed));
  overlay_.put(key::update_height(), to_borsh(block.height));
  set_update_decided(false);
  overlay_.put(key::updates_status(block.hash),
               to_borsh(ValidatorSetUpdatesStatus{CommittedUpdates{}}));
  updates_committed_.insert(block.hash, true);
  return updates;
}

void BlockTree::set_update_decided(bool decided) {
  validators_.update_decided = decided;
  BorshWriter value;
  value.boolean(decided);
  overlay_.put(key::update_decided(), value.bytes());
}

// ---- pruning
// -------------------------------------------------------------------------------------

std::size_t BlockTree::prune_siblings(const BlockHeader& survivor) {
  const Hash parent = survivor.justify.is_genesis() ? Hash{} : survivor.justify.block;
  const std::vector<Hash> children = reader().children(parent);
  if (children.size() == 1) return 0;
  std::size_t depth = 0;
  for (const Hash& child : children) {
    if (child != survivor.hash) depth = std::max(depth, prune_subtree(child));
  }
  overlay_.put(key::children(parent), to_borsh(HashList{{survivor.hash}}));
  return depth;
}

// Every key of every block from `root` on. [I19]
std::size_t BlockTree::prune_subtree(const Hash& root) {
  struct Open {
    Hash block;
    std::size_t depth;
  };
  std::vector<Open> open{{root, 1}};
  std::size_t deepest = 0;
  while (!open.empty()) {
    const auto [block, depth] = open.back();
    open.pop_back();
    if (!reader().contains(block)) continue;  // named twice in a list, as the reference may [S30]
    deepest = std::max(deepest, depth);
    for (const Hash& child : reader().children(block)) open.push_back({child, depth + 1});

    const std::uint32_t length =
        stored::get_u32(overlay_, key::block_data_length(block), "a block's number of datums");
    for (std::uint32_t index = 0; index < length; ++index) {
      overlay_.erase(key::block_datum(block, index));
    }
    overlay_.erase(key::block_height(block));
    overlay_.erase(key::block_justify(block));
    overlay_.erase(key::block_data_hash(block));
    overlay_.erase(key::block_data_length(block));
    overlay_.erase(key::children(block));
    overlay_.erase(key::pending_app_updates(block));
    overlay_.erase(key::updates_status(block));
    overlay_.erase(key::commit_pc(block));
    pending_updates_.erase(block);
    headers_.erase(block);
    updates_committed_.erase(block);
    app_updates_.erase(block);
  }
  return deepest;
}

}  // namespace hs
