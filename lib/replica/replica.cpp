#include "lib/replica/replica.h"

#include "lib/base/mutate.h"
#include "lib/replica/state.h"

namespace hs {

Replica::Replica(const ReplicaConfig& config, const SecretKey& key, const KvReader& store, App& app,
                 const Rng& rng, std::optional<SafetyRecord> record, Instant now)
    : state_(std::make_unique<ReplicaState>(config, key, store, app, rng, std::move(record), now)) {
}

Replica::~Replica() = default;

Output Replica::step(Instant now, const Input& input) { return state_->step(now, input); }

std::optional<Instant> Replica::next_deadline() const {
  if (state_->is_halted() && !state_->has_words_left()) return std::nullopt;
  return state_->next_deadline();
}

ReplicaStatus Replica::status() const { return state_->status(); }
std::size_t Replica::recount_buffered_bytes() const { return state_->recount_buffered_bytes(); }
Tally Replica::tally() const { return state_->tally(); }

const PublicKey& Replica::key() const { return state_->me(); }

const ValidatorSetState& Replica::validators() const { return state_->tree().validators(); }

std::set<PublicKey> Replica::members() const {
  const BlockTree& tree = state_->tree();
  std::set<PublicKey> keys;
  const auto add = [&](const ValidatorSet& set) {
    for (const Validator& member : set.members()) keys.insert(member.key);
  };
  if (HS_MUTATE(S25)) {
    add(*tree.validators().committed);
    return keys;
  }
  for (const ValidatorSetPtr& set : tree.validators().active()) add(*set);
  for (const Hash& block : tree.pending_update_blocks()) {
    const auto& pending = std::get<PendingUpdates>(tree.updates_status(block));
    for (const auto& [key, power] : pending.updates.inserts) keys.insert(key);
  }
  return keys;
}

std::vector<Hash> Replica::pending_update_blocks() const {
  return state_->tree().pending_update_blocks();
}

std::vector<event::Equivocation> Replica::evidence() const {
  std::vector<event::Equivocation> pairs;
  for (const auto& [number, pair] : state_->evidence().pairs()) pairs.push_back(pair);
  return pairs;
}

}  // namespace hs
