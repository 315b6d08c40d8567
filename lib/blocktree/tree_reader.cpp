#include "lib/blocktree/tree_reader.h"

#include "lib/base/mutate.h"
#include "lib/blocktree/app_view.h"
#include "lib/blocktree/hash_list.h"
#include "lib/blocktree/key_table.h"
#include "lib/blocktree/stored.h"

namespace hs {
namespace {

ValidatorSetPtr read_set(const KvReader& store, BytesView key, std::string_view what) {
  return std::make_shared<const ValidatorSet>(stored::get<ValidatorSet>(store, key, what));
}

}  // namespace

bool TreeReader::is_initialised() const { return store_->contains(key::committed_set()); }

bool TreeReader::contains(const Hash& block) const {
  return store_->contains(key::block_height(block));
}

std::optional<BlockHeader> TreeReader::header(const Hash& block) const {
  const std::optional<Height> block_height = height(block);
  if (!block_height) return std::nullopt;
  return BlockHeader{
      .height = *block_height,
      .hash = block,
      .justify = stored::get<PhaseCertificate>(*store_, key::block_justify(block),
                                               "a block's certificate"),
      .data_hash = stored::get<Hash>(*store_, key::block_data_hash(block), "a block's data hash"),
      // A block may be stored without its data, by a reference replica. [S04a]
      .data_length = store_->contains(key::block_data_length(block))
                         ? stored::get_u32(*store_, key::block_data_length(block),
                                           "a block's number of datums")
                         : 0};
}

std::optional<Data> TreeReader::data(const Hash& block) const {
  if (!contains(block)) return std::nullopt;
  const std::uint32_t length =
      stored::get_u32(*store_, key::block_data_length(block), "a block's number of datums");
  Data data;
  for (std::uint32_t index = 0; index < length; ++index) {
    std::optional<Bytes> datum = store_->get(key::block_datum(block, index));
    if (!datum) stored::throw_corrupt("a block's datum", "it is missing");
    data.push_back(std::move(*datum));
  }
  return data;
}

std::optional<Block> TreeReader::block(const Hash& block) const {
  const std::optional<BlockHeader> stored_header = header(block);
  if (!stored_header) return std::nullopt;
  return this->block(*stored_header);
}

Block TreeReader::block(const BlockHeader& header) const {
  std::optional<Data> stored_data = data(header.hash);
  if (!stored_data) stored::throw_corrupt("a block", "it is missing");
  if (HS_MUTATE(S04a)) stored_data.emplace();
  return Block{.height = header.height,
               .hash = header.hash,
               .justify = header.justify,
               .data_hash = header.data_hash,
               .data = std::move(*stored_data)};
}

std::optional<Height> TreeReader::height(const Hash& block) const {
  return stored::find<Height>(*store_, key::block_height(block), "a block's height");
}

std::optional<PhaseCertificate> TreeReader::justify(const Hash& block) const {
  return stored::find<PhaseCertificate>(*store_, key::block_justify(block),
                                        "a block's certificate");
}

std::optional<Hash> TreeReader::parent(const Hash& block) const {
  const std::optional<PhaseCertificate> certificate = justify(block);
  if (!certificate || certificate->is_genesis()) return std::nullopt;
  return certificate->block;
}

std::optional<Hash> TreeReader::block_at(Height height) const {
  return stored::find<Hash>(*store_, key::block_at_height(height), "the block at a height");
}

std::vector<Hash> TreeReader::children(const std::optional<Hash>& parent) const {
  std::optional<HashList> list =
      stored::find<HashList>(*store_, key::children(parent.value_or(Hash{})), "a children list");
  if (!list) return {};
  return std::move(list->hashes);
}

ValidatorSetUpdatesStatus TreeReader::updates_status(const Hash& block) const {
  return stored::find<ValidatorSetUpdatesStatus>(*store_, key::updates_status(block),
                                                 "a block's validator set updates")
      .value_or(NoUpdates{});
}

std::optional<AppStateUpdates> TreeReader::pending_app_updates(const Hash& block) const {
  return stored::find<AppStateUpdates>(*store_, key::pending_app_updates(block),
                                       "a block's app state updates");
}

PhaseCertificate TreeReader::highest_pc() const {
  return stored::get<PhaseCertificate>(*store_, key::highest_pc(), "the highest certificate");
}

PhaseCertificate TreeReader::locked_pc() const {
  return stored::get<PhaseCertificate>(*store_, key::locked_pc(), "the locked certificate");
}

std::optional<TimeoutCertificate> TreeReader::highest_tc() const {
  return stored::find<TimeoutCertificate>(*store_, key::highest_tc(),
                                          "the highest timeout certificate");
}

View TreeReader::highest_view_entered() const {
  return stored::get<View>(*store_, key::highest_view_entered(), "the highest view entered");
}

std::optional<View> TreeReader::highest_view_phase_voted() const {
  return stored::find<View>(*store_, key::highest_view_phase_voted(), "the highest view voted in");
}

std::optional<Hash> TreeReader::highest_committed_block() const {
  return stored::find<Hash>(*store_, key::highest_committed_block(), "the highest committed block");
}

std::optional<Height> TreeReader::highest_committed_height() const {
  const std::optional<Hash> block = highest_committed_block();
  if (!block) return std::nullopt;
  return stored::get<Height>(*store_, key::block_height(*block),
                             "the highest committed block's height");
}

std::optional<Hash> TreeReader::newest_block() const {
  return stored::find<Hash>(*store_, key::newest_block(), "the newest block");
}

ValidatorSetState TreeReader::validators() const {
  return {.committed = read_set(*store_, key::committed_set(), "the committed validator set"),
          .previous = read_set(*store_, key::previous_set(), "the previous validator set"),
          .update_height = stored::find<Height>(*store_, key::update_height(),
                                                "the height of the latest set update"),
          .update_decided = stored::get_boolean(*store_, key::update_decided(),
                                                "whether the latest set update is decided")};
}

std::optional<PhaseCertificate> TreeReader::commit_pc(const Hash& block) const {
  return stored::find<PhaseCertificate>(*store_, key::commit_pc(block),
                                        "a block's commit certificate");
}

std::optional<ProgressCertificate> TreeReader::epoch_change_certificate() const {
  return stored::find<ProgressCertificate>(*store_, key::epoch_change_certificate(),
                                           "the epoch-change certificate");
}

std::optional<Bytes> TreeReader::app_value(BytesView app_key) const {
  return store_->get(key::app_state(app_key));
}

void TreeReader::scan_app(BytesView prefix, const KvReader::Visitor& visit) const {
  const std::size_t own_prefix = key::app_state({}).size();
  store_->scan(key::app_state(prefix), [&](BytesView stored_key, BytesView value) {
    return visit(stored_key.subspan(own_prefix), value);
  });
}

void TreeReader::scan_app_from(BytesView prefix, BytesView from,
                               const KvReader::Visitor& visit) const {
  const std::size_t own_prefix = key::app_state({}).size();
  store_->scan_from(key::app_state(prefix), key::app_state(from),
                    [&](BytesView stored_key, BytesView value) {
                      return visit(stored_key.subspan(own_prefix), value);
                    });
}

std::map<std::uint64_t, event::Equivocation> TreeReader::evidence() const {
  std::map<std::uint64_t, event::Equivocation> pairs;
  store_->scan(key::all_evidence(), [&](BytesView stored_key, BytesView value) {
    constexpr std::string_view what = "a pair of conflicting votes";
    const auto number = key::number_of_evidence(stored_key);
    if (!number) stored::throw_corrupt(what, "its key is malformed");
    pairs.emplace(*number, stored::decode<event::Equivocation>(value, what));
    return true;
  });
  return pairs;
}

std::optional<event::SafetyViolation> TreeReader::fork() const {
  return stored::find<event::SafetyViolation>(*store_, key::fork(), "the proof of a fork");
}

std::unique_ptr<AppView> TreeReader::app_view(const std::optional<Hash>& parent) const {
  const std::optional<Height> committed = highest_committed_height();
  std::vector<AppStateUpdatesPtr> pending;
  std::optional<Hash> block = parent;
  while (block) {
    const std::optional<BlockHeader> at = header(*block);
    if (!at) stored::throw_corrupt("an ancestor of a stored block", "it is missing");
    if (committed && at->height <= *committed) break;
    if (std::optional<AppStateUpdates> updates = pending_app_updates(*block)) {
      pending.push_back(std::make_shared<const AppStateUpdates>(std::move(*updates)));
    }
    block = at->justify.is_genesis() ? std::nullopt : std::optional(at->justify.block);
  }
  return std::make_unique<StoredAppView>(
      *store_, std::move(pending),
      read_set(*store_, key::committed_set(), "the committed validator set"));
}

}  // namespace hs
