// The block tree of one replica: reads with the hot values cached, and writes that collect in one
// batch. Nothing here decides what to lock or to commit (lib/hotstuff/rules.h does); this file
// knows how to carry it out. [PROTOCOL 6]
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lib/blocktree/app_view.h"
#include "lib/blocktree/cache.h"
#include "lib/blocktree/tree_reader.h"
#include "lib/store/overlay.h"

namespace hs {

// What an empty store is filled with. [6.3]
struct InitialState {
  AppStateUpdates app_state;
  ValidatorSet validators;  // committed and previous alike
};
// The batch that initialises a store. [6.3]
[[nodiscard]] WriteBatch initial_batch(const InitialState& state);
// Writes it, synced. Refuses a store that holds anything (Errc::exists). [S40]
[[nodiscard]] Status initialise(KvStore& store, const InitialState& state);

// What one certificate changes, as decided by the rules; applied as one atomic step. [3.7]
struct TreeUpdate {
  std::optional<PhaseCertificate> highest_pc = {};
  std::optional<PhaseCertificate> locked_pc = {};
  std::optional<Hash> commit = {};  // this block and its uncommitted ancestors
  std::optional<Hash> decide =
      {};  // a Decide PC's block: decided if it is at the update height [S32]
  std::optional<PhaseCertificate> commit_pc = {};  // kept under 11 ++ block [S07]
};
struct CommittedInUpdate {
  Hash block;
  Height height;
  std::optional<ValidatorSetUpdates> validator_set_updates;
  std::size_t pruned_depth = 0;  // of the longest branch beside it that was removed, in blocks
};
struct TreeUpdateResult {
  std::vector<CommittedInUpdate> committed;  // ascending
  bool sets_changed = false;                 // committed set, previous set or `decided`
};

// Owned and used by one thread. `base` must outlive it, and must have had every batch that
// take_batch() handed out applied before the next call here.
class BlockTree {
 public:
  // Throws StoreFailure: missing (not initialised) or corrupt.
  explicit BlockTree(const KvReader& base);

  // ---- reads: as in TreeReader, through the pending batch ----
  [[nodiscard]] TreeReader reader() const { return TreeReader(overlay_); }
  [[nodiscard]] bool contains(const Hash& block) const { return header(block) != nullptr; }
  // Null if the block is not stored. Shared, so that it survives pruning.
  [[nodiscard]] std::shared_ptr<const BlockHeader> header(const Hash& block) const;
  [[nodiscard]] std::optional<Block> block(const Hash& block) const;
  // Valid until the block is committed or pruned.
  [[nodiscard]] const ValidatorSetUpdatesStatus& updates_status(const Hash& block) const;
  [[nodiscard]] std::optional<Hash> block_at(Height height) const;
  [[nodiscard]] const PhaseCertificate& highest_pc() const { return highest_pc_; }
  [[nodiscard]] const PhaseCertificate& locked_pc() const { return locked_pc_; }
  [[nodiscard]] const std::optional<TimeoutCertificate>& highest_tc() const { return highest_tc_; }
  [[nodiscard]] View highest_view_entered() const { return highest_view_entered_; }
  [[nodiscard]] std::optional<View> highest_view_phase_voted() const { return voted_; }
  [[nodiscard]] std::optional<Hash> committed_block() const { return committed_block_; }
  [[nodiscard]] std::optional<Height> committed_height() const { return committed_height_; }
  [[nodiscard]] const ValidatorSetState& validators() const { return validators_; }
  [[nodiscard]] std::optional<PhaseCertificate> commit_pc(const Hash& block) const;
  [[nodiscard]] const std::optional<ProgressCertificate>& epoch_change_certificate() const {
    return epoch_change_certificate_;
  }
  // Requires: `parent`, if any, is stored. [6.6]
  [[nodiscard]] std::unique_ptr<AppView> app_view(const std::optional<Hash>& parent) const;
  // Blocks above the committed one with pending validator set updates, on any branch, by hash.
  [[nodiscard]] std::vector<Hash> pending_update_blocks() const;

  // ---- writes: collected until take_batch() ----
  // Requires: the parent is stored, and the height is the one after it (0 without a parent).
  // Idempotent: an already stored block keeps what is stored, gains datums that a damaged or
  // foreign store lost, and changes no list, status or pointer. [6.4, S30]
  void insert(const Block& block, const std::optional<AppStateUpdates>& app_updates,
              const std::optional<ValidatorSetUpdates>& validator_updates);
  // Atomic. Requires (HS_CHECK): the certificates are of higher views than those they replace, and
  // `commit`, if any, is stored, above the committed height, and descends from the committed block:
  // a fork of the committed chain is never carried out. [6.5, S01, S31, S53]
  TreeUpdateResult apply(const TreeUpdate& update);
  void set_highest_view_entered(View view);           // never lowers it (HS_CHECK)
  void set_highest_view_phase_voted(View view);       // only raises it (HS_CHECK)
  void set_highest_tc(const TimeoutCertificate& tc);  // never lowers its view (HS_CHECK)
  void set_epoch_change_certificate(const ProgressCertificate& certificate);
  void keep_evidence(std::uint64_t number, const event::Equivocation& pair);  // S23
  void drop_evidence(std::uint64_t number);

  [[nodiscard]] bool has_batch() const { return !overlay_.empty(); }
  [[nodiscard]] WriteBatch take_batch() { return overlay_.take(); }

 private:
  void load();
  void commit(const Hash& target, TreeUpdateResult& result);
  // `target` and its ancestors above the committed block, lowest first.
  [[nodiscard]] std::vector<std::shared_ptr<const BlockHeader>> uncommitted_path(
      const Hash& target) const;
  CommittedInUpdate commit_one(const BlockHeader& block);
  void apply_app_updates(const Hash& block);
  std::optional<ValidatorSetUpdates> apply_validator_updates(const BlockHeader& block);
  void set_update_decided(bool decided);
  // Return the length of the longest branch that was removed, in blocks.
  std::size_t prune_siblings(const BlockHeader& survivor);
  std::size_t prune_subtree(const Hash& root);
  void complete_data(const Block& block);
  [[nodiscard]] AppStateUpdatesPtr pending_app_updates(const Hash& block) const;

  Overlay overlay_;
  PhaseCertificate highest_pc_;
  PhaseCertificate locked_pc_;
  std::optional<TimeoutCertificate> highest_tc_;
  View highest_view_entered_;
  std::optional<View> voted_;
  std::optional<Hash> committed_block_;
  std::optional<Height> committed_height_;
  ValidatorSetState validators_;
  std::optional<ProgressCertificate> epoch_change_certificate_;
  // All blocks whose updates wait for the commit: not a cache, as answering "which?" must be exact.
  std::map<Hash, ValidatorSetUpdatesStatus> pending_updates_;

  mutable BlockCache<std::shared_ptr<const BlockHeader>> headers_;
  mutable BlockCache<bool> updates_committed_;  // status of a block that is not in pending_updates_
  mutable BlockCache<AppStateUpdatesPtr> app_updates_;  // null: the block has none
};

}  // namespace hs
