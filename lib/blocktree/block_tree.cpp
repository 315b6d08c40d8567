#include "lib/blocktree/block_tree.h"

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/blocktree/hash_list.h"
#include "lib/blocktree/key_table.h"
#include "lib/blocktree/stored.h"

namespace hs {
namespace {

// Enough for every uncommitted block of a chain that commits, with room for forks; a header weighs
// 64 bytes per validator.
constexpr std::size_t headers_cached_max = 256;
constexpr std::size_t statuses_cached_max = 1'024;
constexpr std::size_t app_updates_cached_max = 16;  // each up to the size of a block

}  // namespace

WriteBatch initial_batch(const InitialState& state) {
  WriteBatch batch;
  for (const auto& [app_key, value] : state.app_state.inserts) {
    batch.put(key::app_state(app_key), value);
  }
  for (const Bytes& app_key : state.app_state.deletes) batch.erase(key::app_state(app_key));
  const Bytes validators = to_borsh(state.validators);
  batch.put(key::committed_set(), validators);
  batch.put(key::previous_set(), validators);
  const Bytes decided{1};
  batch.put(key::update_decided(), decided);
  batch.put(key::locked_pc(), to_borsh(genesis_pc()));
  batch.put(key::highest_pc(), to_borsh(genesis_pc()));
  batch.put(key::highest_view_entered(), to_borsh(View{0}));
  return batch;
}

Status initialise(KvStore& store, const InitialState& state) {
  bool is_empty = true;
  store.scan({}, [&](BytesView, BytesView) { return is_empty = false; });
  if (!is_empty && !HS_MUTATE(S40)) {
    // A second initialisation would forget the lock. [S40]
    return fail(Errc::exists, "the store already holds a block tree");
  }
  store.write(initial_batch(state), true);
  return {};
}

BlockTree::BlockTree(const KvReader& base)
    : overlay_(base),
      headers_(headers_cached_max),
      updates_committed_(statuses_cached_max),
      app_updates_(app_updates_cached_max) {
  if (!reader().is_initialised()) {
    throw StoreFailure(StoreFailure::Kind::missing,
                       "the store holds no block tree: it was never initialised");
  }
  load();
}

void BlockTree::load() {
  const TreeReader stored = reader();
  highest_pc_ = stored.highest_pc();
  locked_pc_ = stored.locked_pc();
  highest_tc_ = stored.highest_tc();
  highest_view_entered_ = stored.highest_view_entered();
  voted_ = stored.highest_view_phase_voted();
  committed_block_ = stored.highest_committed_block();
  committed_height_ = stored.highest_committed_height();
  validators_ = stored.validators();
  epoch_change_certificate_ = stored.epoch_change_certificate();

  const Bytes prefix = key::all_updates_statuses();
  overlay_.scan(prefix, [&](BytesView stored_key, BytesView value) {
    const auto block = stored::decode<Hash>(stored_key.subspan(prefix.size()), "a status key");
    auto status = stored::decode<ValidatorSetUpdatesStatus>(value, "a block's set updates");
    if (std::holds_alternative<PendingUpdates>(status)) {
      pending_updates_.emplace(block, std::move(status));
    }
    return true;
  });
}

// ---- reads
// ---------------------------------------------------------------------------------------

std::shared_ptr<const BlockHeader> BlockTree::header(const Hash& block) const {
  if (const auto* cached = headers_.find(block)) return *cached;
  std::optional<BlockHeader> stored = reader().header(block);
  if (!stored) return nullptr;
  return headers_.insert(block, std::make_shared<const BlockHeader>(std::move(*stored)));
}

std::optional<Block> BlockTree::block(const Hash& block) const {
  const auto at = header(block);
  if (!at) return std::nullopt;
  return reader().block(*at);
}

const ValidatorSetUpdatesStatus& BlockTree::updates_status(const Hash& block) const {
  static const ValidatorSetUpdatesStatus none = NoUpdates{};
  static const ValidatorSetUpdatesStatus committed = CommittedUpdates{};
  const auto pending = pending_updates_.find(block);
  if (pending != pending_updates_.end()) return pending->second;
  if (const bool* cached = updates_committed_.find(block)) return *cached ? committed : none;
  const ValidatorSetUpdatesStatus stored = reader().updates_status(block);
  const bool is_committed = std::holds_alternative<CommittedUpdates>(stored);
  updates_committed_.insert(block, is_committed);
  return is_committed ? committed : none;
}

std::optional<Hash> BlockTree::block_at(Height height) const { return reader().block_at(height); }

std::optional<PhaseCertificate> BlockTree::commit_pc(const Hash& block) const {
  return reader().commit_pc(block);
}

AppStateUpdatesPtr BlockTree::pending_app_updates(const Hash& block) const {
  if (const AppStateUpdatesPtr* cached = app_updates_.find(block)) return *cached;
  std::optional<AppStateUpdates> stored = reader().pending_app_updates(block);
  return app_updates_.insert(
      block, stored ? std::make_shared<const AppStateUpdates>(std::move(*stored)) : nullptr);
}

std::unique_ptr<AppView> BlockTree::app_view(const std::optional<Hash>& parent) const {
  std::vector<AppStateUpdatesPtr> pending;
  std::optional<Hash> block = parent;
  while (block) {
    const auto at = header(*block);
    if (!at) stored::throw_corrupt("an ancestor of a stored block", "it is missing");
    if (committed_height_ && at->height <= *committed_height_) break;
    if (AppStateUpdatesPtr updates = pending_app_updates(*block)) {
      pending.push_back(std::move(updates));
    }
    block = at->justify.is_genesis() ? std::nullopt : std::optional(at->justify.block);
  }
  return std::make_unique<StoredAppView>(overlay_, std::move(pending), validators_.committed);
}

std::vector<Hash> BlockTree::pending_update_blocks() const {
  std::vector<Hash> blocks;
  for (const auto& [block, status] : pending_updates_) blocks.push_back(block);
  return blocks;
}

// ---- writes but for commit (commit.cpp)
// ----------------------------------------------------------

void BlockTree::insert(const Block& block, const std::optional<AppStateUpdates>& app_updates,
                       const std::optional<ValidatorSetUpdates>& validator_updates) {
  if (contains(block.hash) && !HS_MUTATE(S30)) {
    complete_data(block);
    return;
  }
  const Hash parent = block.justify.is_genesis() ? Hash{} : block.justify.block;
  if (block.justify.is_genesis()) {
    HS_CHECK(block.height == Height{0});
  } else {
    const auto parent_header = header(parent);
    HS_CHECK(parent_header != nullptr);  // I12
    HS_CHECK(block.height == next(parent_header->height));
  }

  overlay_.put(key::block_height(block.hash), to_borsh(block.height));
  overlay_.put(key::block_justify(block.hash), to_borsh(block.justify));
  overlay_.put(key::block_data_hash(block.hash), block.data_hash.view());
  BorshWriter length;
  length.count(block.data.size());
  overlay_.put(key::block_data_length(block.hash), length.bytes());
  for (std::uint32_t index = 0; index < block.data.size(); ++index) {
    overlay_.put(key::block_datum(block.hash, index), block.data[index]);
  }
  overlay_.put(key::newest_block(), block.hash.view());

  if (app_updates) overlay_.put(key::pending_app_updates(block.hash), to_borsh(*app_updates));
  if (validator_updates) {
    ValidatorSetUpdatesStatus status = PendingUpdates{*validator_updates};
    overlay_.put(key::updates_status(block.hash), to_borsh(status));
    pending_updates_.insert_or_assign(block.hash, std::move(status));
  }

  HashList siblings{reader().children(parent)};
  siblings.hashes.push_back(block.hash);
  overlay_.put(key::children(parent), to_borsh(siblings));

  headers_.insert(block.hash, std::make_shared<const BlockHeader>(
                                  BlockHeader{block.height, block.hash, block.justify,
                                              block.data_hash,
                                              static_cast<std::uint32_t>(block.data.size())}));
  if (!validator_updates) updates_committed_.insert(block.hash, false);
  app_updates_.insert(
      block.hash, app_updates ? std::make_shared<const AppStateUpdates>(*app_updates) : nullptr);
}

// The block hash does not cover the data, so nothing that is stored gives way to what came with a
// copy of the block, and the number of datums stands once it is known. [S04]
void BlockTree::complete_data(const Block& block) {
  if (!overlay_.contains(key::block_data_length(block.hash))) {
    BorshWriter length;
    length.count(block.data.size());
    overlay_.put(key::block_data_length(block.hash), length.bytes());
  }
  const std::uint32_t length =
      stored::get_u32(overlay_, key::block_data_length(block.hash), "a block's number of datums");
  if (length != block.data.size()) return;
  for (std::uint32_t index = 0; index < length; ++index) {
    const Bytes datum_key = key::block_datum(block.hash, index);
    if (!overlay_.contains(datum_key) || HS_MUTATE(S04)) overlay_.put(datum_key, block.data[index]);
  }
}

void BlockTree::set_highest_view_entered(View view) {
  HS_CHECK(view >= highest_view_entered_);  // I07
  highest_view_entered_ = view;
  overlay_.put(key::highest_view_entered(), to_borsh(view));
}

void BlockTree::set_highest_view_phase_voted(View view) {
  if (voted_) HS_CHECK(view > *voted_ || HS_MUTATE(M14));  // I06, I07
  voted_ = view;
  if (!HS_MUTATE(M07)) overlay_.put(key::highest_view_phase_voted(), to_borsh(view));
}

void BlockTree::set_highest_tc(const TimeoutCertificate& tc) {
  if (highest_tc_) HS_CHECK(tc.view >= highest_tc_->view);
  highest_tc_ = tc;
  overlay_.put(key::highest_tc(), to_borsh(tc));
}

void BlockTree::set_epoch_change_certificate(const ProgressCertificate& certificate) {
  epoch_change_certificate_ = certificate;
  overlay_.put(key::epoch_change_certificate(), to_borsh(certificate));
}

void BlockTree::keep_evidence(std::uint64_t number, const event::Equivocation& pair) {
  overlay_.put(key::evidence(number), to_borsh(pair));
}

void BlockTree::drop_evidence(std::uint64_t number) { overlay_.erase(key::evidence(number)); }

}  // namespace hs
