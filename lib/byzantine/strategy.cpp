#include "lib/byzantine/strategy.h"

#include <iterator>

#include "lib/byzantine/strategies.h"

namespace hs::byzantine {

std::optional<PublicKey> Scene::draw_peer() {
  if (peers.empty()) return std::nullopt;
  return *std::next(peers.begin(), static_cast<std::ptrdiff_t>(rng.below(peers.size())));
}

std::set<PublicKey> Scene::collectors(View view) const {
  std::set<PublicKey> found;
  for (const ValidatorSetPtr& set : honest.validators().active()) {
    found.insert(set->leader(next(view)));
    found.insert(set->leader(next(next(view))));
  }
  return found;
}

void Scene::send(const Recipient& to, Message message) {
  sends.push_back({to, std::make_shared<const Message>(std::move(message))});
}

PhaseVote Scene::signed_vote(View view, const Hash& block, Phase phase) const {
  return {config.chain_id, view, block, phase,
          key.sign(phase_statement(config.chain_id, view, block, phase))};
}

TimeoutVote Scene::signed_timeout(View view) const {
  return {config.chain_id, view, key.sign(timeout_statement(config.chain_id, view)), {}};
}

void Scene::vote(View view, const Hash& block, Phase phase, const Recipient& to) {
  send(to, signed_vote(view, block, phase));
}

void Scene::split() {
  std::vector<Send> single;
  for (Send& send : sends) {
    if (std::holds_alternative<PublicKey>(send.to)) {
      single.push_back(std::move(send));
      continue;
    }
    for (const PublicKey& peer : peers) single.push_back({peer, send.message});
    single.push_back({me(), send.message});
  }
  sends = std::move(single);
}

std::unique_ptr<Strategy> make_strategy(Kind kind) {
  switch (kind) {
    case Kind::honest: return nullptr;
    case Kind::silent: return make_silent();
    case Kind::crash_late: return make_crash_late();
    case Kind::equivocate: return make_equivocate();
    case Kind::double_vote: return make_double_vote();
    case Kind::withhold_vote: return make_withhold_vote();
    case Kind::selective: return make_selective();
    case Kind::hide_pc: return make_hide_pc();
    case Kind::stale: return make_stale();
    case Kind::future_spam: return make_future_spam();
    case Kind::key_spam: return make_key_spam();
    case Kind::garbage: return make_garbage();
    case Kind::mutate: return make_mutate();
    case Kind::lying_sync: return make_lying_sync();
    case Kind::wrong_chain: return make_wrong_chain();
    case Kind::old_set: return make_old_set();
  }
  return nullptr;
}

}  // namespace hs::byzantine
