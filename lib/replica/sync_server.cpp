// Block sync, the serving side: answers within limits, and advertisements. [PROTOCOL 3A.8, 5.2]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/blocksync/server.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

// What a request costs its sender in bytes beside the blocks, so that empty answers are not free.
constexpr std::size_t request_bytes = 4 << 10;

std::size_t size_of(const BlockSyncResponse& response) {
  std::size_t bytes = request_bytes;
  for (const Block& block : response.blocks) {
    for (const Datum& datum : block.data) bytes += datum.size();
    bytes += sizeof(Block) + block.justify.signatures.size() * sizeof(Signature);
  }
  return bytes;
}

}  // namespace

void ReplicaState::on_sync_request(const PublicKey& origin, const BlockSyncRequest& message) {
  const bool is_told = sync_events_.allows(origin, now_) || HS_MUTATE(S18c);
  if (is_told) {
    sync_events_.use(origin, now_, 1);
    emit(event::ReceiveSyncRequest{origin, message.start_height, message.limit});
  }
  // One that has used up its bytes is answered when it has some again: not to answer would look
  // like silence. Only its newest request waits. [S18]
  owed_[origin] = {message, is_told};
}

// One answer a step, as each reads up to 3 MiB from the disk: whoever else is owed one comes in the
// next step, which is due at once, and in turn, so that no one's requests keep another waiting.
void ReplicaState::serve_owed() {
  auto entry = last_served_ ? owed_.upper_bound(*last_served_) : owed_.begin();
  for (std::size_t left = owed_.size(); left > 0; --left) {
    if (entry == owed_.end()) entry = owed_.begin();
    const auto& [origin, owed] = *entry;
    if (!sync_bytes_.allows(origin, now_)) {
      ++tally_.unserved_sync;
      ++entry;
      continue;
    }
    BlockSyncResponse response =
        answer(tree_, owed.request, {config_.sync_request_blocks, sync_response_bytes_max});
    sync_bytes_.use(origin, now_, size_of(response));
    if (owed.is_told) {
      emit(event::SendSyncResponse{origin, response.blocks.size(), response.highest_pc.view});
    }
    send(origin, std::move(response));
    last_served_ = origin;
    entry = owed_.erase(entry);
    if (!HS_MUTATE(S18b)) return;
  }
}

std::optional<Instant> ReplicaState::next_serving() const {
  std::optional<Instant> earliest;
  for (const auto& [origin, owed] : owed_) {
    const Instant at = sync_bytes_.allowed_at(origin, now_);
    if (!earliest || at < *earliest) earliest = at;
  }
  return earliest;
}

// Heights that could be read as the view of a TimeoutVote are understated by one. [S05]
AdvertiseBlock ReplicaState::block_advertisement() const {
  Height height = tree_.committed_height() ? *tree_.committed_height() : Height{0};
  const std::uint64_t epoch_length = config_.epoch_length;
  const bool reads_as_timeout = height.value > 0 && height.value % epoch_length == 0;
  if (epoch_length > 1 && reads_as_timeout && !HS_MUTATE(S05)) --height.value;
  return {config_.chain_id, height, key_.sign(advertise_statement(config_.chain_id, height))};
}

void ReplicaState::advertise() {
  if (!tree_.highest_pc().is_genesis()) broadcast(AdvertisePC{tree_.highest_pc()});
  broadcast(block_advertisement());
  next_advertisement_ = now_ + config_.advertise_interval;
}

}  // namespace hs
