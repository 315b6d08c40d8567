// Typed reads of a stored block tree, over any store, overlay or snapshot. No caches, no state: as
// cheap to make as a pointer. What cannot be decoded is our own disk gone bad and throws
// StoreFailure(corrupt). [PROTOCOL 6]
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lib/app/app.h"
#include "lib/store/store.h"
#include "lib/types/block.h"
#include "lib/types/events.h"
#include "lib/validators/validator_set.h"

namespace hs {

// A block without its data.
struct BlockHeader {
  Height height;
  Hash hash;
  PhaseCertificate justify;
  Hash data_hash;
  std::uint32_t data_length = 0;  // datums; 0 for an empty block
};

class TreeReader {
 public:
  explicit TreeReader(const KvReader& store) : store_(&store) {}

  [[nodiscard]] bool is_initialised() const;
  [[nodiscard]] bool contains(const Hash& block) const;  // the height key is present
  [[nodiscard]] std::optional<BlockHeader> header(const Hash& block) const;
  // With its data: the reference's getter loses them, ours must not. [S04a]
  [[nodiscard]] std::optional<Block> block(const Hash& block) const;
  // The same for a stored block whose header is at hand.
  [[nodiscard]] Block block(const BlockHeader& header) const;
  [[nodiscard]] std::optional<Data> data(const Hash& block) const;  // none if it is not stored
  [[nodiscard]] std::optional<Height> height(const Hash& block) const;
  [[nodiscard]] std::optional<PhaseCertificate> justify(const Hash& block) const;
  // None for a block of height 0 or one that is not stored.
  [[nodiscard]] std::optional<Hash> parent(const Hash& block) const;
  [[nodiscard]] std::optional<Hash> block_at(Height height) const;  // committed blocks only
  [[nodiscard]] std::vector<Hash> children(const std::optional<Hash>& parent) const;
  [[nodiscard]] ValidatorSetUpdatesStatus updates_status(const Hash& block) const;
  [[nodiscard]] std::optional<AppStateUpdates> pending_app_updates(const Hash& block) const;

  [[nodiscard]] PhaseCertificate highest_pc() const;
  [[nodiscard]] PhaseCertificate locked_pc() const;
  [[nodiscard]] std::optional<TimeoutCertificate> highest_tc() const;
  [[nodiscard]] View highest_view_entered() const;
  [[nodiscard]] std::optional<View> highest_view_phase_voted() const;
  [[nodiscard]] std::optional<Hash> highest_committed_block() const;
  [[nodiscard]] std::optional<Height> highest_committed_height() const;
  [[nodiscard]] std::optional<Hash> newest_block() const;
  [[nodiscard]] ValidatorSetState validators() const;
  [[nodiscard]] std::optional<PhaseCertificate> commit_pc(const Hash& block) const;   // S07
  [[nodiscard]] std::optional<ProgressCertificate> epoch_change_certificate() const;  // S48

  // Pairs of conflicting votes, by number, which ascends in time. [S23]
  [[nodiscard]] std::map<std::uint64_t, event::Equivocation> evidence() const;
  // What made this replica stop for good; none if it may go on. [S57]
  [[nodiscard]] std::optional<event::SafetyViolation> fork() const;

  // Committed app state.
  [[nodiscard]] std::optional<Bytes> app_value(BytesView app_key) const;
  // Entries whose app key starts with `prefix`, ascending; keys without the store's own prefix.
  void scan_app(BytesView prefix, const KvReader::Visitor& visit) const;
  // Those of them whose app key is not below `from`.
  void scan_app_from(BytesView prefix, BytesView from, const KvReader::Visitor& visit) const;
  // App state as it will be after `parent`, which must be stored, is committed; committed state
  // only where there is no parent. Borrows from this reader's store. [6.6]
  [[nodiscard]] std::unique_ptr<AppView> app_view(const std::optional<Hash>& parent) const;

 private:
  const KvReader* store_;
};

}  // namespace hs
