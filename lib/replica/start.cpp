// Construction: the right view after any restart. [PROTOCOL 3A.10]
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

constexpr std::uint64_t failed_checks_per_second = 100;
constexpr std::uint64_t sync_bytes_per_second = 32 << 20;
// Requests of one peer that are told by events and log lines; beyond it they are only answered.
constexpr std::uint64_t sync_events_per_second = 32;
constexpr std::size_t refused_blocks_max = 1'024;
constexpr Duration sync_session_time_max = std::chrono::seconds(30);
constexpr int sync_vain_replies_max = 3;
constexpr std::uint32_t sync_blocks_first = 64;

struct InitialView {
  View view;
  bool reentered = false;
};

// The view after the highest one with progress; but an epoch-change view that nothing certified is
// entered again, or replicas could wait in different ones for ever. [S48]
InitialView initial_view(const BlockTree& tree, std::uint32_t epoch_length) {
  const View entered = tree.highest_view_entered();
  const View timed_out = tree.highest_tc() ? tree.highest_tc()->view : View{0};
  const View certified = std::max(tree.highest_pc().view, timed_out);
  const View highest = std::max(entered, certified);
  if (highest == View{0}) return {View{0}, false};
  const bool uncertified = is_epoch_change_view(entered, epoch_length) && certified < entered;
  if (entered > View{0} && uncertified && !HS_MUTATE(S48)) return {entered, true};
  return {next(highest), false};
}

}  // namespace

ReplicaState::ReplicaState(const ReplicaConfig& config, const SecretKey& key, const KvReader& store,
                           App& app, const Rng& rng, std::optional<SafetyRecord> record,
                           Instant now)
    : config_(config),
      key_(key),
      app_(app),
      rng_(rng),
      tree_(store),
      verifier_(key.scheme()),
      vote_wait_(config.view_timeout),
      refused_blocks_(refused_blocks_max),
      buffer_(config.message_buffer_bytes),
      evidence_(tree_.reader().evidence()),
      peers_({3 * config.advertise_interval, config.ban_min, config.ban_max}),
      requests_({config.sync_response_timeout, 2 * config.view_timeout}),
      sessions_({.time_max = sync_session_time_max,
                 .vain_replies_max = sync_vain_replies_max,
                 .blocks_first = std::min(sync_blocks_first, config.sync_request_blocks),
                 .blocks_max = config.sync_request_blocks}),
      next_advertisement_(now + config.advertise_interval),
      progress_at_(now),
      progress_view_(tree_.highest_pc().view),
      failed_checks_(failed_checks_per_second),
      sync_bytes_(sync_bytes_per_second),
      sync_events_(sync_events_per_second),
      now_(now) {
  HS_CHECK(config.epoch_length >= 1);
  HS_CHECK(config.sync_request_blocks >= 1);
  if (record) {
    record_ = *record;
    if (is_ahead(record_, tree_.reader())) bound_ = record_;
  }
  const InitialView initial = initial_view(tree_, config_.epoch_length);
  view_ = initial.view;
  reentered_ = initial.reentered;
  grid_ = {now, view_};
  deadline_ = grid_deadline(view_);
  votes_.enter(config_.chain_id, view_);
  timeout_votes_.enter(config_.chain_id, view_);
  last_words_ = tree_.reader().fork();
  if (last_words_) {
    halted_ = true;
    words_left_ = true;
    return;
  }
  if (view_ > tree_.highest_view_entered()) tree_.set_highest_view_entered(view_);
  lead();
  vote_timeout_early();
  work_left_ = true;  // what has been said so far comes with the first step
}

Tally ReplicaState::tally() const {
  Tally tally = tally_;
  tally.evicted_own = buffer_.evicted_own();
  tally.evicted_any = buffer_.evicted_any();
  return tally;
}

ReplicaStatus ReplicaState::status() const {
  ReplicaStatus status;
  status.view = view_;
  status.leader = sets().committed->leader(view_);
  status.is_validator = am_validator();
  status.committed_height = tree_.committed_height();
  status.committed_block = tree_.committed_block();
  status.highest_pc_view = tree_.highest_pc().view;
  status.locked_view = tree_.locked_pc().view;
  if (tree_.highest_tc()) status.highest_tc_view = tree_.highest_tc()->view;
  status.voted_view = tree_.highest_view_phase_voted();
  status.buffered_messages = buffer_.size();
  status.buffered_bytes = buffer_.bytes();
  status.syncing = sessions_.any_open();
  for (const SyncJob& job : jobs_) status.sync_bytes_held += job.bytes;
  status.signatures_verified = verifier_.signatures().verified();
  status.timeouts = timeouts_;
  status.equivocations = equivocations_;
  status.halted = halted_;
  return status;
}

}  // namespace hs
