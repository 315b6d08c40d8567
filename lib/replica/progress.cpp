// NewView, TimeoutVote, AdvanceView, and peers that come and go. [PROTOCOL 3A.6, 3A.7]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/replica/state.h"

namespace hs {

void ReplicaState::on_new_view(const PublicKey& origin, const NewView& message) {
  const View left_by_sender = message.view;
  const View current = view_;
  emit(event::ReceiveNewView{origin, message.view, message.highest_pc.view});
  learn_pc(message.highest_pc, origin, PcSource::new_view);
  if (left_by_sender == view_) {
    new_views_.insert(origin);
  } else if (next(left_by_sender) == view_) {
    new_views_before_.insert(origin);
  }
  const bool waiting = lead_wait_ && lead_wait_->reason == LeadReason::new_views;
  if (view_ == current && waiting && has_new_view_quorum()) propose(true);
}

void ReplicaState::on_timeout_vote(const PublicKey& origin, const TimeoutVote& message) {
  emit(event::ReceiveTimeoutVote{origin, message.view});
  if (!sets().is_validator(origin)) return;
  if (!at_epoch_change(message.view)) {
    complain(origin, "TimeoutVote", "its view does not end an epoch");
    return;
  }
  if (!may_check(origin)) return;
  const Bytes statement = timeout_statement(message.chain_id, message.view);
  if (!verifier_.signatures().verify(origin, statement, message.signature)) {
    failed_checks_.use(origin, now_, 1);
    complain(origin, "TimeoutVote", "its signature does not verify");
    return;
  }
  if (message.highest_tc) learn_tc(*message.highest_tc, origin);
  if (message.view != view_) return;
  if (timeout_votes_.add(origin, message.signature)) count_timeout_votes();
}

void ReplicaState::count_timeout_votes() {
  if (!at_epoch_change(view_)) return;
  const View counted_in = view_;
  std::vector<ValidatorSetPtr> judges = sets().active();
  if (HS_MUTATE(S34)) judges.push_back(sets().previous);
  for (const ValidatorSetPtr& set : judges) {
    const std::optional<TimeoutCertificate> tc = timeout_votes_.certificate(*set);
    if (!tc) continue;
    emit(event::CollectTC{*tc});
    learn_tc(*tc, me());  // our own are verified as well [S34]
    if (view_ != counted_in) return;
  }
}

// A replica that waits in an epoch-change view which we have left is told why it may be left. [S48]
void ReplicaState::answer_timeout_vote(const PublicKey& origin, const TimeoutVote& message) {
  if (HS_MUTATE(M20)) return;
  if (origin == me() || !am_validator() || !at_epoch_change(message.view)) return;
  const auto answered = answered_.find(origin);
  if (answered != answered_.end() && now_ - answered->second < config_.view_timeout / 4) return;
  const std::optional<ProgressCertificate> newest = newest_certificate();
  if (!newest || view_of(*newest) < message.view) return;
  answered_[origin] = now_;
  if (config_.reference_peers) {
    // One that holds an update as pending takes its Commit PC from a NewView only. [S07]
    if (const auto pc = latest_commit_pc(); pc && !HS_MUTATE(S07c)) {
      send(origin, NewView{config_.chain_id, message.view, *pc});
    }
  }
  send(origin, AdvanceView{*newest});
  // Left by a timeout certificate of the previous set, which is worth nothing to one that knows the
  // update as decided: it needs our vote for the view that it waits in, or waits for ever. [S34]
  const auto* tc = std::get_if<TimeoutCertificate>(&*newest);
  if (tc != nullptr && !HS_MUTATE(S34c) && !verifier_.correctly_signed(*tc, *sets().committed)) {
    send_timeout_vote(origin, message.view);
  }
}

std::optional<ProgressCertificate> ReplicaState::newest_certificate() const {
  std::optional<ProgressCertificate> newest = tree_.epoch_change_certificate();
  const PhaseCertificate& pc = tree_.highest_pc();
  if (!pc.is_genesis() && !HS_MUTATE(S48c) && (!newest || pc.view > view_of(*newest))) newest = pc;
  const std::optional<TimeoutCertificate>& tc = tree_.highest_tc();
  if (tc && (!newest || tc->view > view_of(*newest))) newest = *tc;
  return newest;
}

std::optional<PhaseCertificate> ReplicaState::latest_commit_pc() const {
  if (!sets().update_height) return std::nullopt;
  const std::optional<Hash> block = tree_.block_at(*sets().update_height);
  return block ? tree_.commit_pc(*block) : std::nullopt;
}

void ReplicaState::on_advance_view(const PublicKey& origin, const AdvanceView& message) {
  emit(event::ReceiveAdvanceView{origin, view_of(message.progress_certificate)});
  if (!sets().is_validator(origin)) return;
  if (const auto* pc = std::get_if<PhaseCertificate>(&message.progress_certificate)) {
    learn_pc(*pc, origin, PcSource::advance);
  } else {
    learn_tc(std::get<TimeoutCertificate>(message.progress_certificate), origin);
  }
}

void ReplicaState::on_peer_up(const PublicKey& peer) {
  peers_.connected(peer);
  if (!tree_.highest_pc().is_genesis()) send(peer, AdvertisePC{tree_.highest_pc()});
  send(peer, block_advertisement());
  if (am_validator()) {
    if (const auto newest = newest_certificate()) send(peer, AdvanceView{*newest});
  }
  if (view_ == View{0} && voted_timeout_zero_ && am_validator()) {
    send_timeout_vote(peer, view_);
  } else {
    vote_timeout_early();
  }
  if (retained_ && !requests_.any_under_way()) ask({});
}

void ReplicaState::on_peer_down(const PublicKey& peer) {
  peers_.disconnected(peer);
  requests_.forget(peer);
  owed_.erase(peer);
  end_session(peer);
  sessions_.forget(peer);
  answered_.erase(peer);
  if (retained_ && !requests_.any_under_way()) ask({});
}

}  // namespace hs
