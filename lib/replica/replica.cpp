#include "lib/replica/replica.h"

#include "lib/replica/state.h"

namespace hs {

Replica::Replica(const ReplicaConfig& config, const SecretKey& key, const KvReader& store, App& app,
                 const Rng& rng, std::optional<SafetyRecord> record, Instant now)
    : state_(std::make_unique<ReplicaState>(config, key, store, app, rng, std::move(record), now)) {
}

Replica::~Replica() = default;

Output Replica::step(Instant now, const Input& input) { return state_->step(now, input); }

std::optional<Instant> Replica::next_deadline() const { return state_->next_deadline(); }

ReplicaStatus Replica::status() const { return state_->status(); }

const PublicKey& Replica::key() const { return state_->me(); }

const ValidatorSetState& Replica::validators() const { return state_->tree().validators(); }

std::vector<event::Equivocation> Replica::evidence() const {
  std::vector<event::Equivocation> pairs;
  for (const auto& [number, pair] : state_->evidence().pairs()) pairs.push_back(pair);
  return pairs;
}

}  // namespace hs
