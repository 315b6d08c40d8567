// What is due when. Any input runs what is due first. [PROTOCOL 3A.7, 3A.11]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/replica/state.h"

namespace hs {

void ReplicaState::run_due() {
  if (echo_ && now_ >= echo_->due) {
    const ProgressCertificate certificate{echo_->pc};
    echo_.reset();
    if (am_validator()) {
      broadcast(AdvanceView{certificate});
      emit(event::AdvanceView{certificate});
    }
  }
  if (second_ && now_ >= second_->due) send_second_vote();
  if (lead_wait_ && now_ >= lead_wait_->until) {
    lead_wait_.reset();
    propose(true);
  }
  if (now_ >= deadline_) on_view_deadline();
  run_sync_timers();
  if (now_ >= next_advertisement_) advertise();
  failed_checks_.forget_old(now_);
  sync_bytes_.forget_old(now_);
  sync_events_.forget_old(now_);
}

void ReplicaState::run_sync_timers() {
  const Height committed = tree_.committed_height() ? *tree_.committed_height() : Height{0};
  const SyncRequests::Expired expired = requests_.expire(now_);
  for (const PublicKey& peer : expired.given_up) sessions_.was_late(peer);
  tally_.sync_late += expired.given_up.size();
  for (const SyncRequests::Silent& silent : expired.silent) {
    if (silent.advertised && *silent.advertised > committed) {
      ban(silent.peer, "it advertises blocks and does not answer");
    } else {
      end_session(silent.peer);
    }
  }
  tally_.ban_over += peers_.expire(now_);
  for (const PublicKey& peer : sessions_.open()) {
    if (!sessions_.is_over(peer, now_)) continue;
    sessions_.rest(peer);
    end_session(peer);
  }
  if ((retained_ || !parked_.empty()) && (!next_retry_ || now_ >= *next_retry_)) {
    next_retry_ = now_ + config_.sync_retry;
    ask({});
  }
  if (tree_.highest_pc().view > progress_view_) {
    progress_view_ = tree_.highest_pc().view;
    progress_at_ = now_;
  }
  if (now_ - progress_at_ >= no_progress_timeout()) {
    progress_at_ = now_;
    ask({});
  }
}

std::optional<Instant> ReplicaState::next_deadline() const {
  if (work_left_ || HS_MUTATE(S41)) return now_;
  Instant earliest = std::min(deadline_, next_advertisement_);
  const auto consider = [&](const std::optional<Instant>& instant) {
    if (instant) earliest = std::min(earliest, *instant);
  };
  if (echo_) consider(echo_->due);
  if (second_) consider(second_->due);
  if (lead_wait_) consider(lead_wait_->until);
  consider(requests_.next_expiry());
  consider(next_serving());
  consider(peers_.next_expiry());
  if (retained_ || !parked_.empty()) consider(next_retry_ ? *next_retry_ : now_);
  consider(progress_at_ + no_progress_timeout());
  return earliest;
}

}  // namespace hs
