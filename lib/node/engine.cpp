#include "lib/node/engine.h"

#include "lib/codec/borsh.h"
#include "lib/node/home/open_rules.h"

namespace hs {
namespace {

// A turn ends when either is used up: messages that wait to be sent should not wait for long.
constexpr int turn_steps_max = 64;
constexpr Duration turn_time_max = milliseconds(2);
// How much of the voting record a power failure may take beyond what the database holds.
constexpr Duration record_sync_interval = milliseconds(1000);

std::size_t bytes_of(const Input& input) {
  const auto* message = std::get_if<FromPeer>(&input);
  return message == nullptr ? 0 : message->bytes;
}

}  // namespace

Engine::Engine(const EngineParts& parts, EngineOutlets outlets)
    : store_(parts.store),
      safety_(parts.safety),
      outlets_(std::move(outlets)),
      staged_(store_),
      replica_(parts.config, parts.key, staged_, parts.app, parts.rng,
               parts.safety.content().record, outlets_.now()),
      own_votes_(std::in_place, parts.key.public_key(), parts.safety.content().record.voted_view) {}

void Engine::put(Input input) {
  if (unknown_vote_) return;
  waiting_bytes_ += bytes_of(input);
  inbox_.push_back(std::move(input));
}

bool Engine::step_once(Instant now) {
  if (unknown_vote_) return false;
  if (!self_queue_.empty()) {
    MessagePtr message = std::move(self_queue_.front());
    self_queue_.pop_front();
    // What we send ourselves takes no room that a stranger could fill, so its size is not
    // accounted.
    step(now, FromPeer{.origin = self(), .message = std::move(message), .bytes = 0});
    return true;
  }
  if (!inbox_.empty()) {
    const Input input = std::move(inbox_.front());
    inbox_.pop_front();
    waiting_bytes_ -= bytes_of(input);
    step(now, input);
    return true;
  }
  const auto deadline = replica_.next_deadline();
  if (!deadline || *deadline > now) return false;
  step(now, Tick{});
  return true;
}

void Engine::step(Instant now, const Input& input) {
  const Output output = replica_.step(now, input);
  ++counters_.steps;
  if (own_votes_) {
    // Nothing of such a step is kept or sent, so that it comes to this again after a restart.
    unknown_vote_ = own_votes_->unknown_in(output.events, replica_.honest().validators());
    if (unknown_vote_) return drop_inputs();
    if (output.safety_record) own_votes_->voted(output.safety_record->voted_view);
  }
  act_on(output, *this, self_queue_);
  for (byzantine::RawSend& raw : replica_.take_raw()) raw_sends_.push_back(std::move(raw));
}

// Who makes turns until little waits must come to an end, too.
void Engine::drop_inputs() {
  inbox_.clear();
  waiting_bytes_ = 0;
  self_queue_.clear();
}

std::optional<Instant> Engine::next_deadline() const {
  if (unknown_vote_) return std::nullopt;
  return replica_.next_deadline();
}

void Engine::misbehave(const byzantine::Kinds& kinds) {
  if (!kinds.empty()) own_votes_.reset();
  replica_.set_kinds(kinds, outlets_.now());
}

bool Engine::turn() {
  const Instant started = outlets_.now();
  Instant now = started;
  for (int steps = 0; steps < turn_steps_max && now - started < turn_time_max; ++steps) {
    if (!step_once(now)) break;
    now = outlets_.now();
  }
  carry_out(now);
  if (unknown_vote_) return false;
  const auto deadline = replica_.next_deadline();
  return waiting() > 0 || (deadline && *deadline <= outlets_.now());
}

void Engine::write(const WriteBatch& batch, bool sync) {
  for (const auto& [key, value] : batch.changes()) {
    if (value) {
      staged_.put(key, *value);
    } else {
      staged_.erase(key);
    }
  }
  sync_ = sync_ || sync;
}

void Engine::carry_out(Instant now) {
  if (!staged_.empty() || sync_) {
    store_.write(staged_.take(), sync_);
    ++counters_.store_writes;
    if (sync_) ++counters_.store_syncs;
    sync_ = false;
  }
  if (record_) write_safety(now);
  // Taken out first: a callback may put() inputs, but must find this turn's effects done.
  for (const Send& send : std::exchange(sends_, {})) outlets_.send(send.to, send.message);
  for (const auto& raw : std::exchange(raw_sends_, {})) outlets_.send_raw(raw.to, raw.bytes);
  for (const Event& event : std::exchange(events_, {})) outlets_.tell(event);
}

void Engine::write_safety(Instant now) {
  SafetyContent content{.record = *std::exchange(record_, std::nullopt),
                        .data_was_reset = safety_.content().data_was_reset};
  // Once the database has caught up with the record, a record ahead of it is again a sign that the
  // data were rolled back.
  if (content.data_was_reset) {
    content.data_was_reset = is_ahead(content.record, TreeReader(store_));
  }
  safety_.write(content);
  if (!record_synced_ || now - *record_synced_ >= record_sync_interval) {
    safety_.sync();
    record_synced_ = now;
  }
}

}  // namespace hs
