// Block sync, both sides: an asynchronous state machine that works in slices while the replica goes
// on voting. [PROTOCOL 3A.8, S19, I40]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/blocksync/segment.h"
#include "lib/blocksync/server.h"
#include "lib/hotstuff/rules.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

constexpr Duration ask_spacing = milliseconds(20);
constexpr Duration run_time_max = std::chrono::seconds(30);
constexpr int blocks_per_slice = 8;
constexpr std::size_t jobs_max = 4;
constexpr int replies_without_progress_max = 3;

}  // namespace

// ---- client: asking ----

void ReplicaState::ask(const Ask& how) {
  if (!how.at_once && requests_.last_ask() && now_ - *requests_.last_ask() < ask_spacing) return;
  const std::optional<PublicKey> server = choose_server(how.prefer);
  if (!server) return;
  if (!run_) {
    run_ = SyncRun{.peer = *server, .started = now_, .highest_pc_view = tree_.highest_pc().view};
    emit(event::StartSync{*server});
  }
  run_->peer = *server;
  const Height start = sync_start(how.from_committed);
  requests_.sent(*server, start, peers_.advertised_height(*server), now_);
  next_retry_ = now_ + config_.sync_retry;
  send(*server, BlockSyncRequest{config_.chain_id, start, config_.sync_request_blocks});
}

std::optional<PublicKey> ReplicaState::choose_server(const std::optional<PublicKey>& prefer) {
  const auto available = [&](const PublicKey& peer) {
    return peer != me() && peers_.is_connected(peer) && !peers_.is_banned(peer) &&
           !requests_.is_under_way(peer);
  };
  if (prefer && available(*prefer)) return prefer;
  std::vector<PublicKey> candidates;
  if (retained_) {
    // Who signed the certificate of the missing block has that block.
    const ValidatorSet& set = *sets().committed;
    for (std::size_t i = 0; i < std::min(set.size(), retained_->pc.signatures.size()); ++i) {
      if (retained_->pc.signatures[i]) candidates.push_back(set.members()[i].key);
    }
    std::erase_if(candidates, [&](const PublicKey& peer) { return !available(peer); });
  }
  if (candidates.empty()) {
    candidates = peers_.servers(tree_.committed_height());
    std::erase_if(candidates, [&](const PublicKey& peer) { return !available(peer); });
  }
  if (candidates.size() > 1 && requests_.last_peer())
    std::erase(candidates, *requests_.last_peer());
  if (candidates.empty()) return std::nullopt;
  return candidates[rng_.below(candidates.size())];
}

// After the highest certified block if it is held, as a run of uncommitted blocks longer than a
// response would stick otherwise; blocks of other branches never raise the start. [S52]
Height ReplicaState::sync_start(bool from_committed) const {
  const std::optional<Height> committed = tree_.committed_height();
  const Height after_committed = committed ? next(*committed) : Height{0};
  if (from_committed || tree_.highest_pc().is_genesis()) return after_committed;
  const auto highest = tree_.header(tree_.highest_pc().block);
  return highest ? next(highest->height) : after_committed;
}

void ReplicaState::end_sync(const PublicKey& peer) {
  if (!run_) return;
  emit(event::EndSync{peer, run_->blocks});
  run_.reset();
}

void ReplicaState::ban(const PublicKey& peer, const std::string& why) {
  peers_.ban(peer, now_);
  emit(event::BanPeer{peer, why});
  end_sync(peer);
}

// ---- client: what peers say ----

bool ReplicaState::is_server_address(const PublicKey& peer) const {
  if (sets().committed->contains(peer)) return true;
  for (const Hash& block : tree_.pending_update_blocks()) {
    const auto& pending = std::get<PendingUpdates>(tree_.updates_status(block));
    if (pending.updates.inserts.contains(peer)) return true;
  }
  return false;
}

void ReplicaState::on_advertise_block(const PublicKey& origin, const AdvertiseBlock& message) {
  if (origin == me() || peers_.is_banned(origin) || !is_server_address(origin)) return;
  if (!failed_checks_.allows(origin, now_)) return;
  const Height height = message.highest_committed_block_height;
  const Bytes statement = advertise_statement(message.chain_id, height);
  if (!verifier_.signatures().verify(origin, statement, message.signature)) {
    failed_checks_.use(origin, now_, 1);
    complain(origin, "AdvertiseBlock", "its signature does not verify");
    return;
  }
  peers_.advertised(origin, height, now_);
}

// Not applied: it only shows that a quorum works ahead of us. Cheap checks first. [S35]
void ReplicaState::on_advertise_pc(const PublicKey& origin, const AdvertisePC& message) {
  const PhaseCertificate& pc = message.highest_pc;
  if (origin == me() || pc.is_genesis() || peers_.is_banned(origin)) return;
  const View entered = tree_.highest_view_entered();
  if (pc.view < entered && !HS_MUTATE(S29)) return;
  if (pc.view.value - entered.value < config_.sync_trigger_view_difference) return;  // S29
  if (requests_.last_ask() && now_ - *requests_.last_ask() < config_.sync_retry) return;
  if (judged(pc, origin) == Verdict::good) ask({.prefer = origin});
}

void ReplicaState::on_sync_response(const PublicKey& origin, const BlockSyncResponse& message) {
  const std::optional<SyncRequests::Request> request = requests_.answered(origin);
  if (!request) {
    complain(origin, "BlockSyncResponse", "nobody asked for it");
    return;
  }
  const bool foreign = !message.highest_pc.is_genesis() &&
                       message.highest_pc.chain_id != config_.chain_id;
  if (foreign) return ban(origin, "it serves another chain");
  if (jobs_.size() >= jobs_max) return;
  SyncJob job{.peer = origin,
              .blocks = linked_prefix(message.blocks),
              .highest_pc = message.highest_pc,
              .committed_before = tree_.committed_height(),
              .advertised = request->advertised};
  if (!job.blocks.empty() && job.blocks.front().height > request->start) job.blocks.clear();
  const std::optional<Height> committed = tree_.committed_height();
  std::erase_if(job.blocks, [&](const Block& block) {
    return tree_.contains(block.hash) || (committed && block.height <= *committed);
  });
  jobs_.push_back(std::move(job));
}

// ---- client: taking blocks in ----

// A slice of the oldest response; true if there is more to do.
bool ReplicaState::settle_sync() {
  if (jobs_.empty()) return false;
  for (int i = 0; i < blocks_per_slice || HS_MUTATE(S19); ++i) {
    if (sync_next_block(jobs_.front())) continue;
    const SyncJob done = std::move(jobs_.front());
    jobs_.pop_front();
    finish_job(done);
    return true;  // what the last blocks have woken is settled in a step of its own
  }
  return true;
}

// One verified certificate at the tip makes the justifies below it good. [S52]
void ReplicaState::start_segment(SyncJob& job) {
  const std::size_t length = segment_length(job.blocks, job.position);
  job.segment_end = job.position + length;
  job.trusted_until = job.position;
  if (HS_MUTATE(S52)) return;
  const Block& last = job.blocks[job.segment_end - 1];
  if (last.justify.phase == Phase::decide) return;  // judged with the pending set, by itself
  const bool tip_is_certified = job.segment_end == job.blocks.size() &&
                                job.highest_pc.block == last.hash &&
                                job.highest_pc.phase != Phase::decide &&
                                judged(job.highest_pc, job.peer) == Verdict::good;
  if (tip_is_certified || judged(last.justify, job.peer) == Verdict::good) {
    job.trusted_until = job.segment_end;
  }
}

// Takes one block in; false when the job has ended, well or not.
bool ReplicaState::sync_next_block(SyncJob& job) {
  if (job.position >= job.blocks.size() || peers_.is_banned(job.peer)) return false;
  if (job.position >= job.segment_end) start_segment(job);
  const Block& block = job.blocks[job.position];
  const bool trusted = job.position < job.trusted_until;
  const bool known = tree_.contains(block.hash);
  switch (store_block(block, job.peer, true, trusted)) {
    case Stored::refused:
      // It may have been committed or pruned meanwhile by what came from others; only then is it no
      // lie.
      if (!tree_.committed_height() || block.height > *tree_.committed_height()) {
        ban(job.peer, "a block of its response is invalid");
      }
      return false;
    case Stored::waits_for_parent:
    case Stored::waits_for_commit_pc:
      return false;  // no blame: a server may lack the Commit PC [S07]
    case Stored::stored: break;
  }
  const PhaseCertificate& justify = block.justify;
  // A failure of the lock clause is never blamed on the server. [S55]
  if (!justify.is_genesis() && passes_lock(tree_, justify)) apply(justify);
  if (!known && run_) ++run_->blocks;
  ++job.position;
  return true;
}

void ReplicaState::finish_job(const SyncJob& job) {
  if (peers_.is_banned(job.peer)) return;
  learn_pc(job.highest_pc, job.peer, PcSource::sync);
  if (!run_) return;
  const bool progressed =
      job.position > 0 || tree_.committed_height() != job.committed_before;
  if (now_ - run_->started >= run_time_max) return end_sync(job.peer);
  // Uncertified siblings could be invented for ever; only certificates cannot.
  const bool certified = tree_.highest_pc().view > run_->highest_pc_view;
  run_->highest_pc_view = tree_.highest_pc().view;
  run_->replies_without_progress = certified ? 0 : run_->replies_without_progress + 1;
  if (run_->replies_without_progress >= replies_without_progress_max) return end_sync(job.peer);
  if (progressed) return ask({.prefer = job.peer, .at_once = true});
  const bool parent_unknown = !job.blocks.empty();
  if (parent_unknown && !run_->repeated_from_committed) {
    run_->repeated_from_committed = true;
    return ask({.prefer = job.peer, .from_committed = true, .at_once = true});
  }
  const std::optional<Height> committed = tree_.committed_height();
  const bool owes_blocks =
      !parent_unknown && job.advertised && *job.advertised > (committed ? *committed : Height{0});
  if (owes_blocks) return ban(job.peer, "it serves nothing of what it advertises");
  end_sync(job.peer);
}

// ---- server ----

void ReplicaState::on_sync_request(const PublicKey& origin, const BlockSyncRequest& message) {
  emit(event::ReceiveSyncRequest{origin, message.start_height, message.limit});
  if (!sync_bytes_.allows(origin, now_)) return;
  BlockSyncResponse response =
      answer(tree_, message, {config_.sync_request_blocks, sync_response_bytes_max});
  std::size_t bytes = 0;
  for (const Block& block : response.blocks) {
    for (const Datum& datum : block.data) bytes += datum.size();
    bytes += sizeof(Block) + block.justify.signatures.size() * sizeof(Signature);
  }
  sync_bytes_.use(origin, now_, bytes);
  emit(event::SendSyncResponse{origin, response.blocks.size(), response.highest_pc.view});
  send(origin, std::move(response));
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

Duration ReplicaState::no_progress_timeout() const {
  const std::size_t faulty = (sets().committed->size() - 1) / 3;
  return static_cast<std::int64_t>(faulty + 3) * config_.view_timeout;
}

}  // namespace hs
