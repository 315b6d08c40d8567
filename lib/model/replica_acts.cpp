// What a replica does by the rules: collecting, voting, leading, moving on.
#include <algorithm>
#include <utility>

#include "lib/model/replica_model.h"

namespace hs::model {
namespace {

std::string in_view(View view) { return " in view " + std::to_string(view); }

}  // namespace

template <class Question>
bool ReplicaModel::holds(Question question) const {
  if (question(tree_.sets)) return true;
  if (tree_.sets.decided || !after_->sets.decided) return false;
  Sets decided = tree_.sets;
  decided.decided = true;
  return question(decided);
}

// ---- collecting ----

bool ReplicaModel::is_collected_from(const Certificate& certificate, const Set& set) const {
  const std::optional<Power> power = set.power_in(certificate.slots);
  if (!power || !set.is_quorum(*power)) return false;
  for (std::size_t slot = 0; slot < certificate.slots.size(); ++slot) {
    if (!certificate.slots[slot]) continue;
    const Key& signer = set.members()[slot].key;
    const bool has_come = certificate.kind == Certificate::Kind::timeout
                              ? known_.has_timeout_vote(signer, certificate.view)
                              : known_.has_vote(signer, certificate);
    if (!has_come) return false;
  }
  return true;
}

void ReplicaModel::on(const Collected& collected) {
  require_nothing_due();
  const Certificate& made = *collected.certificate;
  const bool is_timeout = made.kind == Certificate::Kind::timeout;
  const char* rule = is_timeout ? "4.5 collecting" : "3.8 collecting";
  const std::string what = "collects a certificate of view " + std::to_string(made.view);
  if (made.view != tree_.entered) return part(rule, what, made.block);
  if (is_timeout && !ends_epoch(tree_, made.view)) return part(rule, what, made.block);
  std::vector<SetPtr> sets{tree_.sets.committed, tree_.sets.previous};
  const Stored* stored = tree_.find(made.block);
  if (made.phase == Phase::decide && stored != nullptr && stored->status == UpdateStatus::pending) {
    const Set next = tree_.sets.committed->with(*stored->block->updates);
    sets.push_back(std::make_shared<const Set>(next));
  }
  // By slots alone it may be of another set of that size, whose members have sent votes as well.
  std::erase_if(sets, [&](const SetPtr& set) { return !is_collected_from(made, *set); });
  if (sets.empty()) {
    return part(rule, what + " from votes that a quorum has not sent here", made.block);
  }
  const auto verifies = [&](const SetPtr& set) { return signatures_.all_verify(made, *set); };
  if (std::ranges::none_of(sets, verifies)) {
    return part(rule, what + " from a vote whose signature does not verify", made.block);
  }
  known_.add(collected.certificate, is_timeout);
  const bool is_usable = is_timeout || fault_of_pc(tree_, made) == nullptr;
  if (is_usable) demand_from(collected.certificate);
}

// ---- voting ----

void ReplicaModel::on(const TookOffer& taken) {
  require_nothing_due();
  const std::string what = "handles a leader's message" + in_view(taken.view);
  if (taken.view != tree_.entered) return part("3A.4", what + ", another view", taken.block);
  if (!known_.offer(taken)) return part("3A.4", what + ", which never came", taken.block);
  if (!holds([&](const Sets& sets) { return sets.is_proposer(taken.origin, taken.view); })) {
    return part("3.2 proposer", what + " of one who does not lead it", taken.block);
  }
  const bool had_attempt = std::any_of(taken_.begin(), taken_.end(), [&](const TookOffer& each) {
    return each.origin == taken.origin;
  });
  if (had_attempt) return part("3.4 one attempt", what + " again", taken.block);
  taken_.push_back(taken);
  offers_.push_back(taken);
}

// What came in this step and nothing speaks against is stored and voted for in this step: nobody
// would ask again. What waits for a block is left out, as it is taken up when the tree has it.
void ReplicaModel::meet_offers() {
  const bool sets_changed =
      tree_.sets.committed != sets_before_.committed || tree_.sets.decided != sets_before_.decided;
  if (sets_changed) return;  // in the middle of the step: which ones were asked is not known
  for (const TookOffer& taken : offers_) {
    const HeardOffer* heard = known_.offer(taken);
    if (heard == nullptr || !heard->is_faithful || suspects_.contains(taken.origin)) continue;
    const Hash& needed = taken.justify != nullptr ? taken.block : heard->content->justify->block;
    if (std::ranges::find(inserted_, needed) != inserted_.end()) continue;
    if (const Stored* stored = tree_.find(taken.block)) {
      require_vote(taken, *stored);
      continue;
    }
    if (taken.justify != nullptr || !is_good(*heard->justify)) continue;
    if (fault_of_storing(tree_, *heard->content) == nullptr) {
      part("3A.5 store [S55]", "does not store what its leader proposes", taken.block);
    }
  }
}

bool ReplicaModel::is_bound_against(const Certificate& justify, const Hash& block) const {
  if (!bound_) return false;
  if (bound_->voted && tree_.entered <= *bound_->voted) return true;
  if (is_done_with(tree_, bound_->locked_block)) return false;  // S58
  return justify.view < bound_->locked && block != bound_->locked_block;
}

void ReplicaModel::require_vote(const TookOffer& taken, const Stored& stored) {
  if (tree_.voted && *tree_.voted >= tree_.entered) return;
  if (!tree_.highest->is_genesis() && tree_.highest->view >= tree_.entered) return;
  const CertificatePtr justify = taken.justify != nullptr ? taken.justify : stored.block->justify;
  const char* fault = taken.justify != nullptr ? fault_of_nudge(tree_, *justify, taken.view)
                                               : fault_of_block(tree_, *stored.block);
  if (fault != nullptr || !is_good(*justify)) return;
  if (is_bound_against(*justify, taken.block)) return;
  if (!tree_.sets.voters(justify->phase).contains(self_)) return;
  part("3A.5 cast", "does not vote for what its leader proposes" + in_view(taken.view),
       taken.block);
}

const TookOffer* ReplicaModel::offer_behind(const Voted& voted) {
  const bool is_phased = voted.phase != Phase::generic && voted.phase != Phase::prepare;
  // Leaders of two sets may nudge one block in one view: one that may be voted for counts.
  const TookOffer* at_fault = nullptr;
  for (const TookOffer& each : taken_) {
    if (each.block != voted.block || (each.justify != nullptr) != is_phased) continue;
    if (!is_phased) return &each;
    if (static_cast<int>(each.justify->phase) + 1 != static_cast<int>(voted.phase)) continue;
    const bool is_sound = fault_of_nudge(tree_, *each.justify, voted.view) == nullptr;
    if (is_sound && is_good(*each.justify)) return &each;
    at_fault = &each;
  }
  return at_fault;
}

void ReplicaModel::check_vote_roles(const Voted& voted, Phase justify) {
  if (!holds([&](const Sets& sets) { return sets.voters(justify).contains(self_); })) {
    part("3.2 voter", "votes without a vote" + in_view(voted.view), voted.block);
  }
  if (!holds([&](const Sets& sets) {
        return sets.vote_recipient(voted.view, voted.phase) == voted.recipient;
      })) {
    part("3.2 recipient", "sends its vote to another" + in_view(voted.view), voted.block);
  }
}

void ReplicaModel::on(const Voted& voted) {
  require_nothing_due();
  const std::string what = "votes" + in_view(voted.view);
  if (voted.view != tree_.entered) return part("3A.5 cast", what + ", another view", voted.block);
  if (tree_.voted && *tree_.voted >= voted.view) {
    return part("3A.5 cast (once a view) [I06]", what + " again", voted.block);
  }
  const Stored* stored = tree_.find(voted.block);
  if (stored == nullptr) return part("3A.5 cast [I09]", what + ", block not held", voted.block);
  const TookOffer* offer = offer_behind(voted);
  if (offer == nullptr) {
    return part("3A.5 cast", what + " for what no leader has asked", voted.block);
  }
  const bool is_phased = offer->justify != nullptr;
  const CertificatePtr justify = is_phased ? offer->justify : stored->block->justify;
  const char* fault = is_phased ? fault_of_nudge(tree_, *justify, voted.view)
                                : fault_of_block(tree_, *stored->block);
  if (fault != nullptr) return part(fault, what, voted.block);
  if (!is_good(*justify)) return part("1.8", what + " on a bad justify", voted.block);
  const bool is_update = stored->status != UpdateStatus::none;
  if (!is_phased && (voted.phase == Phase::prepare) != is_update) {
    return part("3A.5 Proposal (phase)", what, voted.block);
  }
  if (!tree_.highest->is_genesis() && tree_.highest->view >= tree_.entered) {
    return part("3A.5 Proposal", what + ", which a PC has ended", voted.block);
  }
  if (is_bound_against(*justify, voted.block)) {
    return part("3A.5 cast (HS-SAFE)", what, voted.block);
  }
  check_vote_roles(voted, justify->phase);
  tree_.voted = voted.view;
}

// ---- leading ----

void ReplicaModel::on(const Offered& offered) {
  require_nothing_due();
  const std::string what = "leads" + in_view(offered.view);
  if (offered.view != tree_.entered) return part("3A.3", what + ", another view", offered.block);
  if (offered.view == 0 || is_again_) return part("3A.3 [S48]", what, offered.block);
  if (std::exchange(has_offered_, true)) return part("3A.3", what + " twice", offered.block);
  if (is_without_block_ && tree_.highest->view + 1 < offered.view) {
    return part("3A.3 lead [S56]", what + " at once, without the certified block", offered.block);
  }
  if (!holds([&](const Sets& sets) { return sets.is_proposer(self_, offered.view); })) {
    return part("3.2 proposer", what + ", which it does not lead", offered.block);
  }
  const Certificate& highest = *tree_.highest;
  bool is_right = false;
  switch (offer_of(highest, offered.view)) {
    case Offer::new_block: {
      const Height height = highest.is_genesis() ? 0 : tree_.find(highest.block)->block->height + 1;
      is_right =
          !offered.is_nudge && same(offered.justify, tree_.highest) && offered.height == height;
      break;
    }
    case Offer::same_block:
      is_right = !offered.is_nudge && offered.block == highest.block;
      break;
    case Offer::nudge:
      is_right = offered.is_nudge && same(offered.justify, tree_.highest);
      break;
  }
  if (!is_right)
    part("3.3", what + " with something else than its highest PC asks for", offered.block);
}

// ---- moving on ----

void ReplicaModel::on(const TimedOut& timed_out) {
  require_nothing_due();
  if (timed_out.view != tree_.entered) return part("3A.3 deadline", "times out in another view");
  timed_out_ = timed_out.view;
}

void ReplicaModel::on(const SentTimeoutVote& sent) {
  require_nothing_due();
  const std::string what = "sends a TimeoutVote of view " + std::to_string(sent.view);
  if (!ends_epoch(tree_, sent.view) || sent.view > tree_.entered) return part("4.5", what);
  if (!holds([&](const Sets& sets) { return sets.is_validator(self_); })) {
    part("3.2 validator [I10]", what);
  }
}

void ReplicaModel::on(const Advanced& advanced) {
  require_nothing_due();
  const Certificate& certificate = *advanced.certificate;
  const std::string what = "advances by a certificate of view " + std::to_string(certificate.view);
  if (!is_known(advanced.certificate)) {
    return part("3A.3", what + " that never came", certificate.block);
  }
  if (!holds([&](const Sets& sets) { return sets.is_validator(self_); })) {
    part("3.2 validator [S17]", what, certificate.block);
  }
}

bool ReplicaModel::may_enter(View view) {
  const bool is_next = view == tree_.entered + 1;
  if (is_next && timed_out_ == tree_.entered && !ends_epoch(tree_, tree_.entered)) return true;
  const Certificate& highest = *tree_.highest;
  if (!highest.is_genesis() && highest.view + 1 == view) return true;
  for (const Sighting& each : known_.of_view(view - 1)) {
    if (!each.moves_view || !is_good(*each.certificate)) continue;
    if (each.certificate->kind == Certificate::Kind::phase) return true;
    if (tree_.highest_timeout && tree_.highest_timeout->view >= view - 1) return true;
  }
  return false;
}

// Is it a PC of a block not held, and nothing else, that ends the view before? A newer one of the
// kind would be waited for in its place.
bool ReplicaModel::misses_certified_block(View view) {
  bool is_missed = false;
  for (const Sighting& each : known_.of_view(view - 1)) {
    if (!is_good(*each.certificate)) continue;
    if (each.certificate->kind != Certificate::Kind::phase) return false;
    is_missed = is_missed || (each.moves_view && tree_.find(each.certificate->block) == nullptr);
  }
  if (!is_missed) return false;
  return !known_.find([&](const CertificatePtr& each) {
    return each->kind == Certificate::Kind::phase && each->view >= view &&
           tree_.find(each->block) == nullptr;
  });
}

void ReplicaModel::on(const Entered& entered) {
  require_nothing_due();
  const std::string what = "enters view " + std::to_string(entered.view);
  if (entered.view <= tree_.entered) return part("3A.3 entering [S06]", what);
  if (!may_enter(entered.view)) {
    return part("4.2", what + ": neither the deadline nor a certificate ends the view before");
  }
  if (tree_.sets.committed->leader(entered.view) != entered.leader) {
    part("4.6 leader", what + " with another leader");
  }
  if (timed_out_) {  // before it looked at its input, which may be of a past view by now
    std::erase_if(demands_, [&](const auto& each) { return each->view < entered.view; });
  }
  is_without_block_ = !timed_out_ && misses_certified_block(entered.view);
  tree_.entered = entered.view;
  known_.enter(entered.view);
  taken_.clear();
  offers_.clear();
  has_offered_ = false;
  is_again_ = false;
  timed_out_.reset();
}

void ReplicaModel::on(const Refused& refused) { refused_.push_back(refused.origin); }

void ReplicaModel::on(const Halted&) { is_halted_ = true; }

}  // namespace hs::model
