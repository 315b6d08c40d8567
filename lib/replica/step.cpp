// One step: what is due, the input, then settling until nothing changes. [PROTOCOL 3A.2, 3A.4]
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/base/overloaded.h"
#include "lib/hotstuff/rules.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

constexpr int settle_messages_max = 64;
constexpr std::uint64_t late_views_beyond_epoch = 64;

bool is_sync_message(const Message& message) {
  return std::holds_alternative<BlockSyncRequest>(message) ||
         std::holds_alternative<BlockSyncResponse>(message) ||
         std::holds_alternative<AdvertiseBlock>(message) ||
         std::holds_alternative<AdvertisePC>(message);
}

// The certificate inside a message by which a leader claims its view, null for others.
const PhaseCertificate* justify_of(const Message& message) {
  if (const auto* proposal = std::get_if<Proposal>(&message)) return &proposal->block.justify;
  if (const auto* nudge = std::get_if<Nudge>(&message)) return &nudge->justify;
  return nullptr;
}

}  // namespace

Output ReplicaState::step(Instant now, const Input& input) {
  HS_CHECK(now >= now_);
  if (halted_) return std::exchange(words_left_, false) ? last_words() : Output{};
  now_ = now;
  work_left_ = false;
  const View view_before = view_;
  run_due();
  handle(input);
  settle();
  if (!halted_) serve_owed();
  if (halted_) return last_words();
  HS_CHECK(view_ >= view_before);  // I29
  HS_CHECK(tree_.highest_view_entered() == view_);
  Output output = std::exchange(out_, Output{});
  finish(output);
  return output;
}

void ReplicaState::finish(Output& output) {
  output.writes = tree_.take_batch();
  // Every batch must be there to build on: LevelDB closes a full log without syncing it, so an
  // older batch could vanish behind a newer one, and with it app state that nothing would miss.
  // Listeners too: what they serve is read as committed, and nothing at start-up would notice the
  // hole.
  output.sync = !output.writes.empty() && !HS_MUTATE(M48);
  if (!record_changed_) return;
  record_changed_ = false;
  const PhaseCertificate& lock = tree_.locked_pc();
  const bool is_void = lock.view < record_.locked_view && is_decided(tree_, record_.locked_block);
  if (lock.view > record_.locked_view || is_void) {
    record_.locked_view = lock.view;
    record_.locked_block = lock.block;
  }
  output.safety_record = record_;
}

void ReplicaState::handle(const Input& input) {
  std::visit(Overloaded{
                 [](const Tick&) {},
                 [&](const FromPeer& from) { on_message(from.origin, from.message, from.bytes); },
                 [&](const PeerUp& up) { on_peer_up(up.peer); },
                 [&](const PeerDown& down) { on_peer_down(down.peer); },
                 [&](const WorkAvailable&) {
                   if (lead_wait_ && lead_wait_->reason == LeadReason::idle) propose(false);
                 },
             },
             input);
}

void ReplicaState::on_message(const PublicKey& origin, const MessagePtr& message,
                              std::size_t bytes) {
  if (origin != me()) look_for_fork(origin, *message);
  if (halted_) return;
  if (const auto* response = std::get_if<BlockSyncResponse>(message.get())) {
    on_sync_response(origin, *response, bytes);  // names no chain but its certificate's
    return;
  }
  if (chain_id_of(*message) != config_.chain_id && !HS_MUTATE(M27)) {
    complain(origin, name_of(*message).data(), "it belongs to another chain");
    return;
  }
  if (is_sync_message(*message)) {
    if (const auto* ad = std::get_if<AdvertiseBlock>(message.get()))
      on_advertise_block(origin, *ad);
    if (const auto* ad = std::get_if<AdvertisePC>(message.get())) on_advertise_pc(origin, *ad);
    if (const auto* ask = std::get_if<BlockSyncRequest>(message.get()))
      on_sync_request(origin, *ask);
    return;
  }
  on_view_message(origin, message, bytes);
}

void ReplicaState::on_view_message(const PublicKey& origin, const MessagePtr& message,
                                   std::size_t bytes) {
  const View view = *view_of(*message);
  if (view < view_) return on_past_message(origin, *message, view);
  // A leader's certificate for this view or a later one is itself evidence that the view may be
  // left, and is taken as such before the message is buffered. [S51]
  const PhaseCertificate* justify = justify_of(*message);
  if (justify != nullptr && justify->view >= view_) {
    learn_pc(*justify, origin, PcSource::justify);
    if (view < view_) return on_past_message(origin, *message, view);
  }
  if (view > view_) return on_future_message(origin, message, view, bytes);
  dispatch(origin, message, bytes);
}

void ReplicaState::on_past_message(const PublicKey& origin, const Message& message, View view) {
  if (const auto* vote = std::get_if<TimeoutVote>(&message))
    return answer_timeout_vote(origin, *vote);
  if (const auto* new_view = std::get_if<NewView>(&message)) {
    const bool waited_for = lead_wait_ && lead_wait_->reason == LeadReason::new_views;
    if (waited_for && next(view) == view_) on_new_view(origin, *new_view);
    return;
  }
  if (const auto* proposal = std::get_if<Proposal>(&message)) {
    const std::uint64_t reach = config_.epoch_length + late_views_beyond_epoch;
    if (view_.value - view.value <= reach) on_late_proposal(origin, *proposal);
  }
}

void ReplicaState::on_future_message(const PublicKey& origin, const MessagePtr& message, View view,
                                     std::size_t bytes) {
  if (const auto* advance = std::get_if<AdvanceView>(message.get())) {
    return on_advance_view(origin, *advance);  // never buffered
  }
  if (const auto* vote = std::get_if<TimeoutVote>(message.get())) {
    on_timeout_vote(origin, *vote);
    if (view <= view_) return on_view_message(origin, message, bytes);  // its certificate moved us
  }
  if (view.value - view_.value > view_window && !HS_MUTATE(M24)) {
    ++tally_.beyond_window;
    return;
  }
  if (!may_vote_at_all(origin) && !HS_MUTATE(S21b))
    return;  // listeners have no share of the buffer
  std::size_t members = 0;
  for (const ValidatorSetPtr& set : sets().active()) members += set->size();
  // Each validator has a share of the buffer, at least a maximal proposal and its votes, and never
  // more than half.
  const std::size_t least =
      std::min<std::size_t>(frame_bytes_max, config_.message_buffer_bytes / 2);
  const std::size_t share = std::max(least, config_.message_buffer_bytes / (members + 1));
  if (!buffer_.insert(view, {origin, message, bytes}, share)) ++tally_.kept_enough;
}

void ReplicaState::dispatch(const PublicKey& origin, const MessagePtr& message, std::size_t bytes) {
  std::visit(Overloaded{
                 [&](const Proposal&) { dispatch_leader_message(origin, message, bytes); },
                 [&](const Nudge&) { dispatch_leader_message(origin, message, bytes); },
                 [&](const PhaseVote& vote) { on_phase_vote(origin, vote); },
                 [&](const NewView& new_view) { on_new_view(origin, new_view); },
                 [&](const TimeoutVote& vote) { on_timeout_vote(origin, vote); },
                 [&](const AdvanceView& advance) { on_advance_view(origin, advance); },
                 [](const auto&) {},  // block sync has been handled before
             },
             *message);
}

void ReplicaState::dispatch_leader_message(const PublicKey& origin, const MessagePtr& message,
                                           std::size_t bytes) {
  const View dispatched_in = view_;
  if (!sets().is_proposer(origin, view_)) {
    // The origin may lead in the set that its certificate creates. [S07]
    const PhaseCertificate& justify = *justify_of(*message);
    const bool ends_update = justify.phase == Phase::commit || justify.phase == Phase::decide;
    if (ends_update && !HS_MUTATE(S07d)) {
      learn_pc(justify, origin, PcSource::justify);
    }
    if (view_ != dispatched_in || !sets().is_proposer(origin, view_)) return;
  }
  if (!served_.insert(origin).second && !HS_MUTATE(M14)) {
    ++tally_.leader_served;
    return;
  }
  // Told here, and not again when one that waited for a block is taken up.
  if (const auto* proposal = std::get_if<Proposal>(message.get())) {
    const Block& block = proposal->block;
    emit(event::ReceiveProposal{origin, proposal->view, block.hash, block.height});
    on_proposal(origin, message, bytes);
  } else {
    const auto& nudge = std::get<Nudge>(*message);
    emit(event::ReceiveNudge{origin, nudge.view, nudge.justify});
    on_nudge(origin, message, bytes);
  }
}

void ReplicaState::settle() {
  int rounds = 0;
  while (rounds < settle_messages_max) {
    ++rounds;
    bool changed = settle_retained();
    // An update inside a handler raised the highest certificate to this view or beyond it.
    if (tree_.highest_pc().view >= view_ && !tree_.highest_pc().is_genesis()) {
      leave_by_pc(PhaseCertificate(tree_.highest_pc()), me(), PcSource::sync);
      changed = true;
    }
    changed = settle_set_change() || changed;
    if (lead_wait_ && lead_wait_->reason == LeadReason::block &&
        next(tree_.highest_pc().view) == view_) {
      lead_wait_.reset();
      propose(true);
      changed = true;
    }
    changed = settle_parked() || changed;
    changed = settle_buffer() || changed;
    if (!changed) break;
  }
  work_left_ = rounds >= settle_messages_max;
  if (settle_sync()) work_left_ = true;
}

bool ReplicaState::settle_retained() {
  if (!retained_) return false;
  if (tree_.highest_pc().view >= retained_->pc.view) {
    retained_.reset();
    return true;
  }
  if (!tree_.contains(retained_->pc.block)) return false;
  const Retained held = *std::exchange(retained_, std::nullopt);
  if (judged(held.pc, held.origin) != Verdict::good) return true;
  if (safe_pc(tree_, held.pc, config_.chain_id)) apply(held.pc);
  if (tree_.highest_pc() == held.pc && held.pc.view >= view_) {
    leave_by_pc(held.pc, held.origin, held.collected ? PcSource::collected : PcSource::new_view);
  }
  return true;
}

// Votes are counted again for the new sets, and never from inside apply(). [S10]
bool ReplicaState::settle_set_change() {
  if (!std::exchange(sets_changed_, false) || HS_MUTATE(S10)) return false;
  const View counted_in = view_;
  for (const auto& [block, phase] : votes_.subjects()) {
    if (!HS_MUTATE(S10b)) collect(block, phase);
    if (view_ != counted_in) return true;
  }
  count_timeout_votes();
  return true;
}

// Messages of the current view that waited for a block or a Commit PC. [S37]
bool ReplicaState::settle_parked() {
  for (const auto& [leader, parked] : parked_) {
    const PhaseCertificate& justify = *justify_of(*parked.message);
    if (!justify.is_genesis() && !tree_.contains(justify.block)) continue;
    if (judged(justify, leader) == Verdict::wants_commit_pc) continue;
    const PublicKey origin = leader;
    const Parked ready = parked;
    parked_.erase(origin);
    if (std::holds_alternative<Proposal>(*ready.message)) {
      on_proposal(origin, ready.message, ready.bytes);
    } else {
      on_nudge(origin, ready.message, ready.bytes);
    }
    return true;
  }
  return false;
}

bool ReplicaState::settle_buffer() {
  // NewViews of the view just left still tell a waiting leader about newer certificates. [S54]
  const bool waits = lead_wait_ && lead_wait_->reason == LeadReason::new_views;
  if (waits && view_ > View{0} && !HS_MUTATE(S54b)) {
    const auto is_new_view = [](const MessageBuffer::Entry& entry) {
      return std::holds_alternative<NewView>(*entry.message);
    };
    if (const auto entry = buffer_.take(View{view_.value - 1}, is_new_view)) {
      on_past_message(entry->origin, *entry->message, View{view_.value - 1});
      return true;
    }
  }
  buffer_.drop_below(view_);
  if (!buffer_.has(view_)) return false;
  // The committed set's leader first where both lead: once decided, the previous set's leader would
  // only spend a vote. [S33]
  const PublicKey& leader = sets().committed->leader(view_);
  auto entry = buffer_.take(view_, [&](const MessageBuffer::Entry& candidate) {
    if (HS_MUTATE(S33)) return true;  // whatever came first
    const auto* proposal = std::get_if<Proposal>(candidate.message.get());
    return proposal != nullptr && candidate.origin == leader &&
           proposal->block.justify.phase == Phase::decide;
  });
  if (!entry) entry = buffer_.take(view_, [](const MessageBuffer::Entry&) { return true; });
  on_view_message(entry->origin, entry->message, entry->bytes);
  return true;
}

void ReplicaState::send(const PublicKey& to, Message message) {
  out_.sends.push_back({to, std::make_shared<const Message>(std::move(message))});
}

void ReplicaState::broadcast(Message message) {
  out_.sends.push_back({ToAll{}, std::make_shared<const Message>(std::move(message))});
}

void ReplicaState::complain(const PublicKey& origin, const char* kind, std::string why) {
  HS_CHECK(!HS_MUTATE(S24));
  emit(event::InvalidMessage{origin, kind, std::move(why)});
}

void ReplicaState::suspect(const PublicKey& origin, const char* kind, std::string why) {
  emit(event::InvalidMessage{origin, kind, std::move(why), /*provable=*/false});
}

}  // namespace hs
