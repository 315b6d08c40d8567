// Leaving and entering views. [PROTOCOL 3A.3]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/hotstuff/roles.h"
#include "lib/replica/state.h"

namespace hs {

// At most one AdvanceView per view left; a held one counts. [I30, S17]
bool ReplicaState::may_advance() const {
  const bool may_at_all = am_validator() || (HS_MUTATE(S17) && last_advance_view_);
  return may_at_all && (!last_advance_view_ || *last_advance_view_ < view_);
}

void ReplicaState::broadcast_advance(const ProgressCertificate& certificate) {
  last_advance_view_ = view_;
  broadcast(AdvanceView{certificate});
  emit(event::AdvanceView{certificate});
}

void ReplicaState::leave_by_pc(const PhaseCertificate& pc, const PublicKey& origin,
                               PcSource source) {
  const std::uint64_t epoch_length = config_.epoch_length;
  // An epoch-change view is left or passed over: keep what shows that it may be. [S48]
  const View ended = HS_MUTATE(S48b) ? pc.view : View{pc.view.value / epoch_length * epoch_length};
  if (at_epoch_change(ended) && ended >= view_) {
    tree_.set_epoch_change_certificate(ProgressCertificate{pc});
  }
  if (may_advance()) {
    const bool at_once = source == PcSource::collected || at_epoch_change(pc.view);
    if (at_once || config_.reference_peers || HS_MUTATE(S51)) {
      broadcast_advance(pc);
    } else {
      // Held: without a certificate of a later view soon, not everybody has seen this one. [S51]
      last_advance_view_ = view_;
      const Duration idle = app_has_work() ? Duration{0} : config_.idle_interval;
      echo_ = Echo{pc, now_ + config_.view_timeout / 8 + idle};
    }
  }
  enter_view(next(pc.view), EnteredBy::pc, led_here_by_next_leader(pc.view, origin, source));
}

// Did the certificate come from the very leaders to whom a NewView would carry it? [S51]
bool ReplicaState::led_here_by_next_leader(View view, const PublicKey& origin,
                                           PcSource source) const {
  if (config_.reference_peers) return false;  // they learn certificates from NewViews alone
  if (source == PcSource::new_view || source == PcSource::sync) return false;
  if (sets().committed->leader(next(view)) != origin) return false;
  return sets().update_decided || HS_MUTATE(S51b) || sets().previous->leader(next(view)) == origin;
}

void ReplicaState::enter_view(View view, EnteredBy how, bool leader_knows) {
  if (view <= view_ && !HS_MUTATE(S06)) return;
  const View old = view_;
  const bool new_epoch =
      epoch_of(view, config_.epoch_length) != epoch_of(old, config_.epoch_length);
  // Time that quick views saved is not banked for a bad leader: a view entered through a
  // certificate lasts about T. Never later than the grid. [S49]
  const bool early = how == EnteredBy::pc && !config_.reference_peers &&
                     now_ + config_.view_timeout < grid_deadline(view);
  if (new_epoch || (early && !HS_MUTATE(S49))) grid_ = {now_, view};
  if (!leader_knows) send_new_views(old, view);
  view_ = view;
  how_ = how;
  reentered_ = false;
  deadline_ = grid_deadline(view);
  served_.clear();
  votes_.enter(config_.chain_id, view);
  timeout_votes_.enter(config_.chain_id, view);
  parked_.clear();
  lead_wait_.reset();
  proposed_ = false;
  new_views_before_ =
      view == next(old) && !HS_MUTATE(S54c) ? std::exchange(new_views_, {}) : std::set<PublicKey>{};
  new_views_.clear();
  tree_.set_highest_view_entered(view);
  emit(event::StartView{view, sets().committed->leader(view)});
  lead();
}

void ReplicaState::send_new_views(View old, View view) {
  const PhaseCertificate& highest = tree_.highest_pc();
  for (const PublicKey& leader : leaders_of(sets(), next(old))) {
    send(leader, NewView{config_.chain_id, old, highest});
  }
  // After a jump, the leader of the view jumped to has use for it as well. [S12]
  if (view > next(old) && !HS_MUTATE(S12)) {
    const View left{view.value - 1};
    for (const PublicKey& leader : leaders_of(sets(), view)) {
      send(leader, NewView{config_.chain_id, left, highest});
    }
  }
  emit(event::NewView{old, highest.view});
}

Instant ReplicaState::grid_deadline(View view) const {
  const bool truncated = config_.reference_peers || HS_MUTATE(S09);
  return truncated ? reference_deadline(grid_, view, config_.view_timeout)
                   : grid_.deadline(view, config_.view_timeout);
}

void ReplicaState::on_view_deadline() {
  ++timeouts_;
  emit(event::ViewTimeout{view_});
  if (echo_ && am_validator()) {
    broadcast(AdvanceView{ProgressCertificate{echo_->pc}});
    emit(event::AdvanceView{ProgressCertificate{echo_->pc}});
    echo_.reset();
  }
  if (second_ && !HS_MUTATE(S47b)) send_second_vote();
  if (!at_epoch_change(view_)) return enter_view(next(view_), EnteredBy::timeout, false);
  // Only a certificate ends this view; the vote is repeated every T until there is one. [I29, I31]
  const bool is_repeated = record_.timeout_view == view_;
  if (am_validator() && !(HS_MUTATE(M19) && is_repeated)) send_timeout_vote(ToAll{}, view_);
  deadline_ = now_ + config_.view_timeout;
}

void ReplicaState::send_timeout_vote(const Recipient& to, View view) {
  if (!record_.timeout_view || *record_.timeout_view < view) {
    record_.timeout_view = view;
    if (!HS_MUTATE(S02d)) write_record();
  }
  if (view == View{0}) voted_timeout_zero_ = true;
  // A stale certificate inside a TimeoutVote stops a reference replica; as an AdvanceView it is
  // harmless to those that are past it. [S06]
  const bool apart = config_.reference_peers && tree_.highest_tc();
  if (apart) {
    const auto advance = std::make_shared<const Message>(AdvanceView{*tree_.highest_tc()});
    out_.sends.push_back({to, advance});
  }
  TimeoutVote vote{config_.chain_id, view, key_.sign(timeout_statement(config_.chain_id, view)),
                   config_.reference_peers ? std::nullopt : tree_.highest_tc()};
  out_.sends.push_back({to, std::make_shared<const Message>(std::move(vote))});
  emit(event::TimeoutVote{view});
}

// Nothing can be proposed in view 0, so there is nothing to wait for once a quorum is connected.
// [S50]
void ReplicaState::vote_timeout_early() {
  if (view_ != View{0} || voted_timeout_zero_ || !sets().committed->contains(me())) return;
  if (HS_MUTATE(S50)) return;
  TotalPower power = sets().committed->power_of(me()).value;
  for (const PublicKey& peer : peers_.connected()) {
    power += sets().committed->power_of(peer).value;
  }
  if (power < sets().committed->quorum()) return;
  send_timeout_vote(ToAll{}, view_);
  deadline_ = now_ + config_.view_timeout;
}

}  // namespace hs
