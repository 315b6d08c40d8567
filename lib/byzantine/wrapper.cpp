#include "lib/byzantine/wrapper.h"

namespace hs::byzantine {

Wrapper::Wrapper(const ReplicaConfig& config, const SecretKey& key, const KvReader& store, App& app,
                 const Rng& rng, std::optional<SafetyRecord> record, Instant now, Kind kind)
    : config_(config),
      key_(key),
      rng_(rng.substream("byzantine")),
      replica_(config, key, store, app, rng, std::move(record), now) {
  set_kind(kind, now);
}

void Wrapper::set_kind(Kind kind, Instant now) {
  kind_ = kind;
  strategy_ = make_strategy(kind);
  memory_ = {};
  next_beat_.reset();
  if (!strategy_) return;
  if (const auto beat = strategy_->beat(config_)) next_beat_ = now + *beat;
}

Output Wrapper::step(Instant now, const Input& input) {
  if (const auto* up = std::get_if<PeerUp>(&input)) peers_.insert(up->peer);
  if (const auto* down = std::get_if<PeerDown>(&input)) peers_.erase(down->peer);
  Output output = replica_.step(now, input);
  if (strategy_) act(now, input, output);
  return output;
}

void Wrapper::act(Instant now, const Input& input, Output& output) {
  if (const auto* from = std::get_if<FromPeer>(&input)) memory_.learn(from->message);
  for (const Send& send : output.sends) memory_.learn(send.message);
  const bool is_beat = next_beat_ && *next_beat_ <= now;
  if (is_beat) next_beat_ = now + *strategy_->beat(config_);
  Scene scene{.now = now,
              .config = config_,
              .key = key_,
              .honest = replica_,
              .peers = peers_,
              .memory = memory_,
              .rng = rng_,
              .is_beat = is_beat,
              .sends = output.sends,
              .raw = raw_,
              .view_ = replica_.status().view};
  strategy_->act(scene, input);
}

std::optional<Instant> Wrapper::next_deadline() const {
  const std::optional<Instant> honest = replica_.next_deadline();
  if (!next_beat_ || (honest && *honest < *next_beat_)) return honest;
  return next_beat_;
}

}  // namespace hs::byzantine
