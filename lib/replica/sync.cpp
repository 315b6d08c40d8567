// Block sync, the asking side: an asynchronous state machine that asks several servers for ranges
// while the replica goes on voting. Near the head one server is asked at a time, and another one
// before long; far behind, as many as are free, each for a range of its own. [PROTOCOL 3A.8, S19,
// S52, I40]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/blocksync/segment.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

constexpr Duration ask_spacing = milliseconds(20);
constexpr std::size_t parallel_max = 4;  // ranges asked for at a time
constexpr std::size_t jobs_max = 8;      // replies held at a time
constexpr std::size_t jobs_bytes_max = 8 * sync_response_bytes_max;
// A server that claims so many blocks more than we hold is asked without further evidence.
constexpr std::uint64_t trigger_height_difference = 8;

std::optional<HeightRange> heights_of(const std::vector<Block>& blocks) {
  if (blocks.empty()) return std::nullopt;
  return HeightRange{blocks.front().height, blocks.back().height};
}

}  // namespace

// ---- asking ----

void ReplicaState::ask(const Ask& how) {
  if (!how.at_once && requests_.last_ask() && now_ - *requests_.last_ask() < ask_spacing) return;
  const bool elsewhere = run_ && run_->start;
  if (is_far_behind() && !elsewhere) {
    if (!run_) run_.emplace();
    run_->wants_more = true;
    if (how.prefer) run_->prefer = how.prefer;
    return fill_window();
  }
  const std::optional<PublicKey> server = choose_server(how, tree_.committed_height());
  if (!server) return;
  const Height start = elsewhere ? *std::exchange(run_->start, std::nullopt)
                                 : first_uncovered(sync_start(), held_ranges());
  ask_server(*server, start);
}

void ReplicaState::ask_server(const PublicKey& server, Height start) {
  if (!run_) run_.emplace();
  if (sessions_.asked(server, now_)) emit(event::StartSync{server});
  const std::uint32_t blocks = sessions_.blocks_to_ask(server);
  requests_.sent(server, {start, blocks, peers_.advertised_height(server)}, now_);
  next_retry_ = now_ + config_.sync_retry;
  send(server, BlockSyncRequest{config_.chain_id, start, blocks});
}

// Asks for the next heights that nobody has been asked for, of whoever is free and claims them.
void ReplicaState::fill_window() {
  const Height first = sync_start();
  while (requests_.under_way() < (HS_MUTATE(S52b) ? 1 : parallel_max)) {
    std::vector<HeightRange> covered = held_ranges();
    for (const HeightRange& range : requests_.ranges()) covered.push_back(range);
    const Height start = first_uncovered(first, std::move(covered));
    // The heights next in turn are worth another reply whatever is held; later ones are not, but
    // those that the last blocks of others wait for.
    const auto busy = std::count_if(jobs_.begin(), jobs_.end(),
                                    [](const SyncJob& job) { return !job.is_idle(); });
    if (start > first && static_cast<std::size_t>(busy) + requests_.under_way() >= jobs_max) return;
    const auto prefer = std::exchange(run_->prefer, std::nullopt);
    const auto server = choose_server({.prefer = prefer, .resting_too = start == first}, start);
    if (!server) return;
    ask_server(*server, start);
  }
}

// One that is connected, free and not banned; with `height`, one that claims to have committed it,
// unless it signed the certificate of the block that we miss. Those that used up their session come
// last if at all, and so does the one that was asked last.
std::optional<PublicKey> ReplicaState::choose_server(const Ask& how, std::optional<Height> height) {
  const auto available = [&](const PublicKey& peer) {
    return peer != me() && peers_.is_connected(peer) && !peers_.is_banned(peer) &&
           !requests_.is_under_way(peer);
  };
  if (how.prefer && available(*how.prefer) && !sessions_.is_resting(*how.prefer)) {
    return how.prefer;
  }
  std::vector<PublicKey> candidates;
  if (retained_ && !is_far_behind()) {
    // Who signed the certificate of the missing block has that block.
    const ValidatorSet& set = *sets().committed;
    for (std::size_t i = 0; i < std::min(set.size(), retained_->pc.signatures.size()); ++i) {
      if (retained_->pc.signatures[i]) candidates.push_back(set.members()[i].key);
    }
    std::erase_if(candidates, [&](const PublicKey& peer) { return !available(peer); });
  }
  if (candidates.empty()) {
    candidates = peers_.servers(height);
    std::erase_if(candidates, [&](const PublicKey& peer) { return !available(peer); });
  }
  const auto narrow = [&](const auto& is_worse) {
    std::vector<PublicKey> better;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(better),
                 [&](const PublicKey& peer) { return !is_worse(peer); });
    if (!better.empty()) candidates = std::move(better);
  };
  const auto rests = [&](const PublicKey& peer) { return sessions_.is_resting(peer); };
  if (!how.resting_too) std::erase_if(candidates, rests);
  narrow(rests);
  narrow([&](const PublicKey& peer) { return !is_server_address(peer); });
  narrow([&](const PublicKey& peer) { return requests_.last_peer() == peer; });
  if (candidates.empty()) return std::nullopt;
  return candidates[rng_.below(candidates.size())];
}

// After the highest certified block if it is held, as a run of uncommitted blocks longer than a
// response would stick otherwise; blocks of other branches never raise the start. [S52]
Height ReplicaState::sync_start() const {
  if (tree_.highest_pc().is_genesis()) return after_committed();
  const auto highest = tree_.header(tree_.highest_pc().block);
  if (!highest) return after_committed();
  // An update that is not committed here comes once more, for the Commit PC that comes with it:
  // without it the Decide PC of a set that shares no member with ours proves nothing. [S07]
  const auto& status = tree_.updates_status(tree_.highest_pc().block);
  const bool is_pending = std::holds_alternative<PendingUpdates>(status);
  if (is_pending && !HS_MUTATE(S07e)) return highest->height;
  return next(highest->height);
}

Height ReplicaState::after_committed() const {
  const std::optional<Height> committed = tree_.committed_height();
  return committed ? next(*committed) : Height{0};
}

// Are more committed blocks on offer than one reply can bring? A third of the power must say so, of
// which at least one is honest: a single false height must not turn off the search among signers.
// Where nobody of the set is heard, as after a long absence, anyone's word counts. [S36, S37]
bool ReplicaState::is_far_behind() const {
  const Height wanted{sync_start().value + config_.sync_request_blocks};
  const std::vector<PublicKey> servers = peers_.servers(wanted);
  if (servers.empty() || HS_MUTATE(S37b)) return !servers.empty();
  const ValidatorSet& set = *sets().committed;
  const auto power_of = [&](const std::vector<PublicKey>& peers) {
    TotalPower power = 0;
    for (const PublicKey& peer : peers) power += set.power_of(peer).value;
    return power;
  };
  if (3 * power_of(servers) >= set.total_power()) return true;
  return power_of(peers_.servers(std::nullopt)) == 0;
}

std::vector<HeightRange> ReplicaState::held_ranges() const {
  std::vector<HeightRange> ranges;
  for (const SyncJob& job : jobs_) {
    if (!job.is_done()) ranges.push_back({job.front().height, job.blocks.back().height});
  }
  return ranges;
}

// When no reply can be worked on: asks for what comes next, and ends the run if that is nothing.
void ReplicaState::continue_sync() {
  if (!run_) return;
  bool is_stuck = false;
  if (is_far_behind()) {
    fill_window();
    // The replies that are held wait for each other or for servers that rest. The next retry starts
    // afresh: otherwise a certificate that waits for its block would keep this run alive for ever.
    is_stuck = !HS_MUTATE(S19c);
  } else if (!requests_.any_under_way()) {
    const bool has_gap = std::any_of(jobs_.begin(), jobs_.end(),
                                     [](const SyncJob& job) { return !job.is_accounted; });
    const auto prefer = std::exchange(run_->prefer, std::nullopt);
    if (std::exchange(run_->wants_more, false) || has_gap) {
      ask({.prefer = prefer, .at_once = true, .resting_too = false});
    }
  }
  if (requests_.any_under_way()) return;
  const bool misses_block = retained_ || !parked_.empty();
  if (misses_block && !is_stuck) return;
  for (const PublicKey& peer : sessions_.open()) end_session(peer);
  sessions_.wake_all();
  jobs_.clear();
  run_.reset();
}

void ReplicaState::end_session(const PublicKey& peer) {
  if (const auto blocks = sessions_.close(peer)) emit(event::EndSync{peer, *blocks});
}

void ReplicaState::ban(const PublicKey& peer, const std::string& why) {
  peers_.ban(peer, now_);
  emit(event::BanPeer{peer, why});
  requests_.forget(peer);
  std::erase_if(jobs_, [&](const SyncJob& job) { return job.peer == peer; });
  end_session(peer);
}

Duration ReplicaState::no_progress_timeout() const {
  const std::size_t faulty = (sets().committed->size() - 1) / 3;
  return static_cast<std::int64_t>(faulty + 3) * config_.view_timeout;
}

// ---- what peers say ----

// One of those that 5.3 admits as servers; the others are asked when none of these is there, as
// after a long absence nobody that we know may be left.
bool ReplicaState::is_server_address(const PublicKey& peer) const {
  if (sets().committed->contains(peer)) return true;
  for (const Hash& block : tree_.pending_update_blocks()) {
    const auto& pending = std::get<PendingUpdates>(tree_.updates_status(block));
    if (pending.updates.inserts.contains(peer)) return true;
  }
  return false;
}

void ReplicaState::on_advertise_block(const PublicKey& origin, const AdvertiseBlock& message) {
  if (origin == me() || peers_.is_banned(origin)) return;
  if (!may_check(origin)) return;
  const Height height = message.highest_committed_block_height;
  const Bytes statement = advertise_statement(message.chain_id, height);
  if (!verifier_.signatures().verify(origin, statement, message.signature)) {
    failed_checks_.use(origin, now_, 1);
    complain(origin, "AdvertiseBlock", "its signature does not verify");
    return;
  }
  peers_.advertised(origin, height, now_);
  if (height.value < sync_start().value + trigger_height_difference) return;
  if (requests_.last_ask() && now_ - *requests_.last_ask() < config_.sync_retry) return;
  if (!run_ || is_far_behind()) ask({.prefer = origin});
}

// Not applied: it only shows that a quorum works ahead of us. Cheap checks first. [S35]
void ReplicaState::on_advertise_pc(const PublicKey& origin, const AdvertisePC& message) {
  const PhaseCertificate& pc = message.highest_pc;
  if (origin == me() || pc.is_genesis() || peers_.is_banned(origin)) return;
  const View entered = tree_.highest_view_entered();
  if (pc.view < entered && !HS_MUTATE(S29)) return;
  if (pc.view.value - entered.value < config_.sync_trigger_view_difference) return;  // S29
  const bool asked_lately =
      requests_.last_ask() && now_ - *requests_.last_ask() < config_.sync_retry;
  if (asked_lately && !HS_MUTATE(S35b)) return;
  if (judged(pc, origin) == Verdict::good) ask({.prefer = origin});
}

void ReplicaState::on_sync_response(const PublicKey& origin, const BlockSyncResponse& message,
                                    std::size_t bytes) {
  LinkedBlocks linked = linked_prefix(message.blocks, config_.sync_request_blocks);
  const auto answered = requests_.answered(origin, heights_of(linked.blocks));
  if (!answered) {
    if (HS_MUTATE(S57b)) look_for_fork_in_reply(origin, linked.blocks, message.highest_pc);
    suspect(origin, "BlockSyncResponse", "nobody asked for it");  // or no longer
    return;
  }
  look_for_fork_in_reply(origin, linked.blocks, message.highest_pc);
  if (halted_) return;
  const bool foreign =
      !message.highest_pc.is_genesis() && message.highest_pc.chain_id != config_.chain_id;
  if (foreign) return ban(origin, "it serves another chain");
  if (linked.false_hash) return ban(origin, "a block of its response has a false hash");
  const SyncRequests::Request& request = answered->request;
  const auto heights = heights_of(linked.blocks);
  const bool brings_start =
      heights && heights->first <= request.start && request.start <= heights->last;
  // What it has committed, by its own signed word, it must be able to show.
  const bool claimed = request.advertised && *request.advertised > Height{0} &&
                       request.start <= *request.advertised;  // 0 may be nothing at all
  if (!brings_start && claimed && answered->is_certain) {
    return ban(origin, "it serves nothing of what it advertises");
  }
  if (!brings_start) linked.blocks.clear();
  // Less than was asked for, and for no good reason, counts as slow: it gets short ranges.
  const bool is_full = linked.blocks.size() >= request.blocks || linked.blocks.empty() ||
                       linked.blocks.back().hash == message.highest_pc.block ||
                       bytes >= sync_response_bytes_max / 2;
  if (!is_full) sessions_.was_late(origin);
  if (is_full && answered->in_time) sessions_.answered_in_time(origin);
  SyncJob job;
  job.is_full = is_full;
  job.peer = origin;
  job.blocks = std::move(linked.blocks);
  job.highest_pc = message.highest_pc;
  job.asked_from = request.start;
  job.bytes = bytes;
  if (!make_room(job)) return;
  jobs_.push_back(std::move(job));
  // A late answer, to a request that had been given up, takes the run up again.
  if (!run_) run_.emplace();
  if (sessions_.asked(origin, now_)) emit(event::StartSync{origin});
}

// Memory is bounded: of too many replies those that wait for a certificate are dropped, the oldest
// first, or else those whose turn comes last, and asked for again. False if that is the new one.
// Otherwise a server could fill the table with last blocks that nobody will ever certify.
bool ReplicaState::make_room(const SyncJob& job) {
  const auto bytes_held = [&] {
    std::size_t bytes = job.bytes;
    for (const SyncJob& held : jobs_) bytes += held.bytes;
    return bytes;
  };
  const auto turn = [](const SyncJob& held) {
    return held.is_done() ? Height{0} : held.front().height;
  };
  while (jobs_.size() >= jobs_max || (!jobs_.empty() && bytes_held() > jobs_bytes_max)) {
    const auto idle = std::find_if(jobs_.begin(), jobs_.end(),
                                   [](const SyncJob& held) { return held.is_idle(); });
    if (idle != jobs_.end() && !HS_MUTATE(S52f)) {
      jobs_.erase(idle);
      continue;
    }
    const auto last =
        std::max_element(jobs_.begin(), jobs_.end(),
                         [&](const SyncJob& a, const SyncJob& b) { return turn(a) < turn(b); });
    if (turn(job) >= turn(*last)) return false;
    jobs_.erase(last);
  }
  return true;
}

}  // namespace hs
