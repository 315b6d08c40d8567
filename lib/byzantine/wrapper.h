// The replica that drivers hold: a real one, and what it pretends to be. Honest, it is the replica
// and nothing else; otherwise the strategy changes what leaves it. Same interface, as pure.
// [ARCHITECTURE 5]
#pragma once
#include "lib/byzantine/strategy.h"

namespace hs::byzantine {

class Wrapper {
 public:
  // As Replica's constructor. Misbehaving networks must be test networks: the caller sees to that.
  Wrapper(const ReplicaConfig& config, const SecretKey& key, const KvReader& store, App& app,
          const Rng& rng, std::optional<SafetyRecord> record, Instant now,
          Kind kind = Kind::honest);

  // As Replica's. What it stores is always what the honest replica stores, so that the node can be
  // honest again.
  [[nodiscard]] Output step(Instant now, const Input& input);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  // What leaves after the sends of the last step's output; empty for honest ones. Call once a step.
  [[nodiscard]] std::vector<RawSend> take_raw() { return std::exchange(raw_, {}); }

  // Misbehaves like this from the next step on, with nothing remembered of what it did before.
  void set_kinds(const Kinds& several, Instant now);
  [[nodiscard]] const Replica& honest() const { return replica_; }

 private:
  struct Acting {
    std::unique_ptr<Strategy> strategy;
    std::optional<Instant> next_beat;
  };
  void act(Acting& acting, Instant now, const Input& input, Output& output);

  const ReplicaConfig& config_;
  SecretKey key_;
  Rng rng_;  // the strategy's own: the honest replica draws the same whatever the strategy
  Replica replica_;
  std::vector<Acting> acting_;  // in the order in which they act
  std::set<PublicKey> peers_;
  Memory memory_;
  std::vector<RawSend> raw_;
};

}  // namespace hs::byzantine
