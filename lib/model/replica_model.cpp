#include "lib/model/replica_model.h"

#include <algorithm>
#include <utility>

namespace hs::model {
namespace {

constexpr View views_ahead_max = 1'000;  // of messages that are kept [7.3]

std::string number(std::uint64_t value) { return std::to_string(value); }

bool is_it(const Commit& commit, const Committed& told) {
  return commit.block == told.block && commit.height == told.height && commit.view == told.view;
}

template <class Number>
std::string number(const std::optional<Number>& value) {
  return value ? number(*value) : "none";
}

}  // namespace

ReplicaModel::ReplicaModel(const Key& self, Tree tree, Signatures& signatures)
    : self_(self), tree_(std::move(tree)), signatures_(signatures) {}

void ReplicaModel::part(const char* rule, std::string what, const Hash& block) {
  if (mismatch_) return;
  mismatch_ = {.rule = rule, .what = std::move(what), .view = tree_.entered, .block = block};
}

bool ReplicaModel::is_good(const Certificate& certificate) {
  return is_correct(tree_, certificate, signatures_);
}

bool ReplicaModel::is_known(const CertificatePtr& certificate) const {
  if (same(certificate, tree_.highest) || known_.contains(certificate)) return true;
  return tree_.highest_timeout && same(certificate, tree_.highest_timeout);
}

std::optional<Mismatch> ReplicaModel::start(const Holdings& disk,
                                            const std::optional<Promises>& record) {
  if (is_halted_ || mismatch_) return std::nullopt;
  starts_in_.reset();
  compare(disk);
  known_ = {};
  known_.add(tree_.highest, false);
  known_.add(tree_.locked, false);
  if (tree_.highest_timeout) known_.add(tree_.highest_timeout, false);
  starts_in_ = initial_view(tree_);
  is_again_ = starts_in_->again;
  has_offered_ = false;
  taken_.clear();
  suspects_.clear();
  bound_.reset();
  const bool locks_more =
      record && record->locked > tree_.locked->view && !is_done_with(tree_, record->locked_block);
  if (record && (record->voted > tree_.voted || locks_more)) bound_ = record;
  return mismatch_;
}

std::optional<Mismatch> ReplicaModel::step(std::span<const Fact> facts, const Holdings& after) {
  if (is_halted_ || mismatch_) return std::nullopt;
  if (starts_in_) tree_.entered = std::exchange(starts_in_, std::nullopt)->view;
  after_ = &after;
  timed_out_.reset();
  demands_.clear();
  inserted_.clear();
  offers_.clear();
  refused_.clear();
  is_without_block_ = false;
  sets_before_ = tree_.sets;
  highest_before_ = tree_.highest;
  for (std::size_t index = 0; index < facts.size(); ++index) {
    next_ = index + 1 < facts.size() ? &facts[index + 1] : nullptr;
    std::visit([&](const auto& each) { on(each); }, facts[index]);
    if (mismatch_) return mismatch_;
    if (is_halted_) return std::nullopt;
  }
  require_nothing_due();
  settle_decided(after.sets);
  meet_demands();
  meet_offers();
  suspects_.insert(refused_.begin(), refused_.end());
  compare(after);
  return mismatch_;
}

// ---- certificates ----

void ReplicaModel::on(const HeardCertificate& heard) {
  if (heard.source == Source::advertised) return;
  const CertificatePtr& certificate = heard.certificate;
  if (certificate->is_genesis() || certificate->chain != tree_.chain) return;
  const bool is_advance = heard.source == Source::advance;
  const Sets& sets = tree_.sets;
  const bool is_member = sets.committed->contains(heard.origin);
  if (is_advance && !is_member && !sets.previous->contains(heard.origin)) return;
  const bool moves = is_advance || heard.source == Source::justify ||
                     certificate->kind == Certificate::Kind::timeout;
  known_.add(certificate, moves);
  if (is_advance && is_member && !suspects_.contains(heard.origin)) demand_from(certificate);
}

// A certificate of this view or a later one that nothing speaks against.
void ReplicaModel::demand_from(const CertificatePtr& certificate) {
  if (certificate->view >= tree_.entered && is_good(*certificate)) demands_.push_back(certificate);
}

void ReplicaModel::meet_demands() {
  for (const CertificatePtr& each : demands_) {
    if (!is_good(*each)) continue;  // the sets have changed meanwhile
    const bool is_left = tree_.entered > each->view;
    const bool is_timeout = each->kind == Certificate::Kind::timeout;
    if (!is_left) part("3A.2 learn", "stays in a view that a certificate has ended", each->block);
    // Of a block that came in this very step by block sync: applied when the step is over.
    const bool is_new = std::ranges::find(inserted_, each->block) != inserted_.end();
    const bool is_usable = !is_timeout && !is_new && fault_of_pc(tree_, *each) == nullptr;
    if (is_usable && tree_.highest->view < each->view) {
      part("3A.2 apply", "does not apply a PC of view " + number(each->view), each->block);
    }
  }
  // What the blocks of the last slice of a reply have raised is left by in the next step.
  if (!highest_before_->is_genesis() && highest_before_->view >= tree_.entered) {
    part("3A.2 settle", "stays in a view that the highest PC has ended", highest_before_->block);
  }
}

void ReplicaModel::on(const Inserted& inserted) {
  require_nothing_due();
  const Block& block = *inserted.block;
  if (const char* fault = fault_of_storing(tree_, block)) {
    return part(fault, "stores a block of height " + number(block.height), block.hash);
  }
  if (!is_good(*block.justify)) {
    return part("1.8", "stores a block whose justify no set in force has signed", block.hash);
  }
  known_.add(block.justify, false);
  insert(tree_, inserted.block);
  inserted_.push_back(block.hash);
}

void ReplicaModel::apply_now(const CertificatePtr& pc, const Effects& effects) {
  if (effects.forks) {
    return part("S57", "applies a PC that commits beside the committed chain", pc->block);
  }
  due_lock_ = effects.lock;
  due_commits_.assign(effects.commits.begin(), effects.commits.end());
  apply(tree_, pc, effects);
}

void ReplicaModel::on(const RaisedHighest& raised) {
  require_nothing_due();
  const CertificatePtr& pc = raised.pc;
  const auto part_from = [&](const char* rule, const char* why = "") {
    part(rule, "takes a PC of view " + number(pc->view) + " as its highest" + why, pc->block);
  };
  const Effects effects = effects_of(tree_, pc);
  if (!effects.raises_highest) return part_from("3.7 highest PC");
  if (!known_.contains(pc)) return part_from("3A.2 learn", ", which never came");
  if (!is_good(*pc)) return part_from("1.8");
  if (const char* fault = fault_of_pc(tree_, *pc)) return part_from(fault);
  apply_now(pc, effects);
}

template <class Accepts>
CertificatePtr ReplicaModel::explain(Accepts accepts) {
  const Stored* locked = tree_.find(tree_.locked->block);
  return known_.find([&](const CertificatePtr& pc) {
    if (pc->kind != Certificate::Kind::phase || pc->view > tree_.highest->view) return false;
    if (tree_.find(pc->block) == nullptr || !accepts(pc)) return false;
    const bool is_of_locked = locked != nullptr && same(locked->block->justify, pc);  // S08
    return (is_of_locked || fault_of_pc(tree_, *pc) == nullptr) && is_good(*pc);
  });
}

void ReplicaModel::on(const MovedLock& moved) {
  const CertificatePtr& lock = moved.pc;
  if (due_lock_) {
    if (!same(due_lock_, lock)) {
      part("3.7 lock",
           "locks on view " + number(lock->view) + " instead of " + number(due_lock_->view),
           lock->block);
    }
    due_lock_.reset();
    return;
  }
  require_nothing_due();
  // A block may be certified in several views. All its certificates lock alike, and not all commit:
  // which one was applied shows in what follows.
  const auto* next = next_ != nullptr ? std::get_if<Committed>(next_) : nullptr;
  const auto locks_alike = [&](const Effects& effects) {
    return effects.lock && same(effects.lock, lock);
  };
  CertificatePtr cause = explain([&](const CertificatePtr& pc) {
    const Effects effects = effects_of(tree_, pc);
    const bool commits_alike =
        next == nullptr ? effects.commits.empty()
                        : !effects.commits.empty() && is_it(effects.commits.front(), *next);
    return locks_alike(effects) && commits_alike;
  });
  if (!cause) {
    cause = explain([&](const CertificatePtr& pc) { return locks_alike(effects_of(tree_, pc)); });
  }
  if (!cause) {
    return part("3.7 lock",
                "locks on view " + number(lock->view) + " without a cause; the lock was of view " +
                    number(tree_.locked->view),
                lock->block);
  }
  apply_now(cause, effects_of(tree_, cause));
  due_lock_.reset();
}

void ReplicaModel::on(const Committed& committed) {
  if (due_lock_ || due_update_) return require_nothing_due();
  if (due_commits_.empty()) {
    const CertificatePtr cause = explain([&](const CertificatePtr& pc) {
      const Effects effects = effects_of(tree_, pc);
      return !effects.lock && !effects.commits.empty() && is_it(effects.commits.front(), committed);
    });
    if (cause) apply_now(cause, effects_of(tree_, cause));
  }
  if (due_commits_.empty() || !is_it(due_commits_.front(), committed)) {
    const std::string instead = due_commits_.empty()
                                    ? "without a cause"
                                    : "instead of " + number(due_commits_.front().height);
    return part("3.7 commit", "commits height " + number(committed.height) + " " + instead,
                committed.block);
  }
  due_commits_.pop_front();
  const Stored* stored = tree_.find(committed.block);
  if (stored != nullptr && stored->block->updates) due_update_ = committed.block;
}

void ReplicaModel::on(const ToldUpdate& told) {
  if (due_update_ != told.block) return part("10 [S53]", "tells of a set update", told.block);
  due_update_.reset();
}

void ReplicaModel::require_nothing_due() {
  if (due_lock_) {
    part("3.7 lock", "does not lock on view " + number(due_lock_->view), due_lock_->block);
  } else if (due_update_) {
    part("10 [S53]", "does not tell of the set update that it commits", *due_update_);
  } else if (!due_commits_.empty()) {
    part("3.7 commit", "does not commit height " + number(due_commits_.front().height),
         due_commits_.front().block);
  }
}

// A Decide PC below a highest PC of another block or of the Commit phase changes nothing that is
// told.
void ReplicaModel::settle_decided(const Sets& held) {
  if (tree_.sets.decided || !held.decided) return;
  const CertificatePtr cause = explain([&](const CertificatePtr& pc) {
    return pc->phase == Phase::decide &&
           tree_.find(pc->block)->block->height == tree_.sets.update_height;
  });
  if (cause) tree_.sets.decided = true;
}

void ReplicaModel::on(const RaisedHighestTimeout& raised) {
  require_nothing_due();
  const CertificatePtr& tc = raised.tc;
  const std::string what = "takes a TC of view " + number(tc->view) + " as its highest";
  if (!known_.contains(tc)) return part("3A.2 learn TC", what + ", which never came");
  if (!ends_epoch(tree_, tc->view)) return part("1.8 TC (ends an epoch) [S06]", what);
  if (!is_good(*tc)) return part("1.8 TC", what);
  const CertificatePtr& highest = tree_.highest_timeout;
  const bool replaces = highest && highest->view == tc->view && !is_good(*highest);  // S34
  if (highest && highest->view >= tc->view && !replaces) return part("3A.2 learn TC", what);
  tree_.highest_timeout = tc;
}

// ---- what it holds ----

void ReplicaModel::compare(const Holdings& held) {
  const auto check = [&](const char* rule, const char* name, const auto& ours, const auto& theirs) {
    if (ours == theirs) return;
    part(rule,
         std::string("holds ") + name + " " + number(theirs) + ", by the rules " + number(ours));
  };
  check("3A.3", "view", tree_.entered, held.entered);
  check("3A.5 cast", "voted view", tree_.voted, held.voted);
  check("3.7 highest PC", "highest PC of view", tree_.highest->view, held.highest);
  check("3.7 lock", "lock of view", tree_.locked->view, held.locked);
  std::optional<View> timed_out;
  if (tree_.highest_timeout) timed_out = tree_.highest_timeout->view;
  check("3A.2 learn TC", "highest TC of view", timed_out, held.highest_timeout);
  check("3.7 commit", "committed height", tree_.committed_height, held.committed);
  check("2.4", "update height", tree_.sets.update_height, held.sets.update_height);
  if (tree_.sets.decided != held.sets.decided) part("3.7 decide", "is wrong about `decided`");
  if (!(*tree_.sets.committed == *held.sets.committed)) part("2.6", "holds another CVS");
  if (!(*tree_.sets.previous == *held.sets.previous)) part("2.6", "holds another PVS");
}

void ReplicaModel::on(const HeardOffer& heard) {
  const bool is_kept = heard.view >= tree_.entered && heard.view - tree_.entered <= views_ahead_max;
  if (is_kept) known_.add(heard);
  const CertificatePtr& justify = heard.justify;
  if (justify->chain == tree_.chain) known_.add(justify, heard.view >= tree_.entered);
}

void ReplicaModel::on(const HeardVote& heard) {
  const bool is_kept = heard.view >= tree_.entered && heard.view - tree_.entered <= views_ahead_max;
  if (is_kept) known_.add(heard);
}

void ReplicaModel::on(const HeardTimeoutVote& heard) {
  const bool is_kept = heard.view >= tree_.entered && heard.view - tree_.entered <= views_ahead_max;
  if (is_kept) known_.add(heard);
}

}  // namespace hs::model
