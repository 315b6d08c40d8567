#include "lib/byzantine/wrapper.h"

namespace hs::byzantine {

Wrapper::Wrapper(const ReplicaConfig& config, const SecretKey& key, const KvReader& store, App& app,
                 const Rng& rng, std::optional<SafetyRecord> record, Instant now, Kind kind)
    : config_(config),
      key_(key),
      rng_(rng.substream("byzantine")),
      replica_(config, key, store, app, rng, std::move(record), now) {
  set_kinds({kind}, now);
}

void Wrapper::set_kinds(const Kinds& several, Instant now) {
  acting_.clear();
  memory_ = {};
  for (const Kind kind : several) {
    Acting acting{.strategy = make_strategy(kind), .next_beat = std::nullopt};
    if (!acting.strategy) continue;  // honest
    if (const auto beat = acting.strategy->beat(config_)) acting.next_beat = now + *beat;
    acting_.push_back(std::move(acting));
  }
}

Output Wrapper::step(Instant now, const Input& input) {
  if (const auto* up = std::get_if<PeerUp>(&input)) peers_.insert(up->peer);
  if (const auto* down = std::get_if<PeerDown>(&input)) peers_.erase(down->peer);
  Output output = replica_.step(now, input);
  if (acting_.empty()) return output;
  if (const auto* from = std::get_if<FromPeer>(&input)) memory_.learn(from->message);
  for (const Send& send : output.sends) memory_.learn(send.message);
  for (Acting& acting : acting_) act(acting, now, input, output);
  return output;
}

void Wrapper::act(Acting& acting, Instant now, const Input& input, Output& output) {
  const bool is_beat = acting.next_beat && *acting.next_beat <= now;
  if (is_beat) acting.next_beat = now + *acting.strategy->beat(config_);
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
  acting.strategy->act(scene, input);
}

std::optional<Instant> Wrapper::next_deadline() const {
  std::optional<Instant> earliest = replica_.next_deadline();
  for (const Acting& acting : acting_) {
    if (acting.next_beat && (!earliest || *acting.next_beat < *earliest)) {
      earliest = acting.next_beat;
    }
  }
  return earliest;
}

}  // namespace hs::byzantine
