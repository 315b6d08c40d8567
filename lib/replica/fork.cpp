// More than a third of the power is faulty: what shows it, and the end. Safety is lost for the
// network by then; what is left to do is to commit nothing more, to vote for nothing more, and to
// show people the two certificates. [S57]
#include <algorithm>
#include <array>

#include "lib/base/mutate.h"
#include "lib/base/overloaded.h"
#include "lib/blocktree/key_table.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

// So many certificates of our branch are held against those of a message.
constexpr std::size_t walk_max = 64;

std::vector<const PhaseCertificate*> certificates_in(const Message& message) {
  return std::visit(
      Overloaded{
          [](const Proposal& each) { return std::vector{&each.block.justify}; },
          [](const Nudge& each) { return std::vector{&each.justify}; },
          [](const NewView& each) { return std::vector{&each.highest_pc}; },
          [](const AdvertisePC& each) { return std::vector{&each.highest_pc}; },
          [](const AdvanceView& each) {
            std::vector<const PhaseCertificate*> found;
            const auto* pc = std::get_if<PhaseCertificate>(&each.progress_certificate);
            if (pc != nullptr) found.push_back(pc);
            return found;
          },
          [](const auto&) { return std::vector<const PhaseCertificate*>{}; },
      },
      message);
}

}  // namespace

// Every message is looked at, whether or not it will be of use: a branch that this replica cannot
// attach anywhere is exactly what it must not pass over. But a reply of block sync, which may carry
// hundreds of certificates, only where it was asked for: see look_for_fork_in_reply().
void ReplicaState::look_for_fork(const PublicKey& origin, const Message& message) {
  hold_against_ours(origin, certificates_in(message));
}

// `blocks` are linked by hash.
void ReplicaState::look_for_fork_in_reply(const PublicKey& origin, const std::vector<Block>& blocks,
                                          const PhaseCertificate& highest_pc) {
  std::vector<const PhaseCertificate*> shown{&highest_pc};
  for (const Block& block : blocks) shown.push_back(&block.justify);
  hold_against_ours(origin, shown);
  for (std::size_t i = 0; i < blocks.size() && !halted_; ++i) {
    if (!failed_checks_.allows(origin, now_)) return;
    const std::uint64_t refused = verifier_.signatures().refused();
    const bool is_last = i + 1 == blocks.size();
    look_beside_committed(blocks[i], is_last ? highest_pc : blocks[i + 1].justify);
    failed_checks_.use(origin, now_, verifier_.signatures().refused() - refused);
  }
}

// Views are compared before anything is verified: the certificates of an honest peer cost a look-up
// each. Those that fail are paid for one by one, so that no message buys more than its sender has.
void ReplicaState::hold_against_ours(const PublicKey& origin,
                                     const std::vector<const PhaseCertificate*>& shown) {
  std::optional<View> lowest;
  for (const PhaseCertificate* pc : shown) {
    if (pc->is_genesis() || pc->chain_id != config_.chain_id) continue;
    if (!lowest || pc->view < *lowest) lowest = pc->view;
  }
  if (!lowest) return;
  const Branch branch = branch_down_to(*lowest);
  for (const PhaseCertificate* pc : shown) {
    if (pc->is_genesis() || pc->chain_id != config_.chain_id) continue;
    // One that waits for its block is as good as those of our branch: it may be all that a replica
    // which lags behind both branches ever holds.
    const bool one_waits = retained_ && retained_->pc.view == pc->view && !HS_MUTATE(S57c);
    const std::array<const PhaseCertificate*, 2> of_the_view{
        certificate_of_view(branch, pc->view), one_waits ? &retained_->pc : nullptr};
    for (const PhaseCertificate* ours : of_the_view) {
      if (ours == nullptr) continue;
      if (!failed_checks_.allows(origin, now_)) return;
      const std::uint64_t refused = verifier_.signatures().refused();
      hold_against(*ours, *pc, "a quorum has signed two statements in one view");
      failed_checks_.use(origin, now_, verifier_.signatures().refused() - refused);
      if (halted_) return;
    }
  }
}

// Is a block certified that stands at the height of another, committed one? Its height is what its
// hash says: of a certificate alone, or of the block that carries it, the height is the sender's
// word, and one liar could stop everybody.
void ReplicaState::look_beside_committed(const Block& block, const PhaseCertificate& pc) {
  if (pc.block != block.hash || pc.is_genesis()) return;
  if (!tree_.committed_height() || block.height > *tree_.committed_height()) return;
  const std::optional<Hash> committed = tree_.block_at(block.height);
  if (!committed || *committed == block.hash) return;
  if (block_hash(block.height, block.justify, block.data_hash) != block.hash) return;
  // A certificate no newer than ours may be of a branch that was given up before the quorum locked
  // the committed one; it had done so by the view of our newest certificate, which came after the
  // three that committed it.
  if (pc.view <= tree_.highest_pc().view) return;
  const auto ours = certificate_of_committed(block.height, *committed);
  if (!ours) return;
  hold_against(*ours, pc, "a quorum has certified a block beside a committed one");
}

// The blocks below the highest certificate, newest first, until one whose certificate for its
// parent is of `lowest` or older, but no farther back than one looks.
ReplicaState::Branch ReplicaState::branch_down_to(View lowest) const {
  Branch branch;
  if (tree_.highest_pc().is_genesis() || tree_.highest_pc().view <= lowest) return branch;
  auto block = tree_.header(tree_.highest_pc().block);
  while (block && !block->justify.is_genesis() && branch.size() < walk_max) {
    branch.push_back(block);
    if (block->justify.view <= lowest) break;
    block = tree_.header(block->justify.block);
  }
  return branch;
}

// Null if our branch has none of that view there.
const PhaseCertificate* ReplicaState::certificate_of_view(const Branch& branch, View view) const {
  const PhaseCertificate& highest = tree_.highest_pc();
  if (highest.view == view && !highest.is_genesis()) return &highest;
  const auto found = std::lower_bound(
      branch.begin(), branch.end(), view,
      [](const auto& block, View wanted) { return block->justify.view > wanted; });
  if (found == branch.end() || (*found)->justify.view != view) return nullptr;
  return &(*found)->justify;
}

std::optional<PhaseCertificate> ReplicaState::certificate_of_committed(Height height,
                                                                       const Hash& block) const {
  if (const auto child = tree_.block_at(next(height))) {
    const auto header = tree_.header(*child);
    if (header) return header->justify;
  }
  PhaseCertificate ours = tree_.highest_pc();
  while (ours.block != block) {
    const auto certified = tree_.header(ours.block);
    if (!certified || certified->height <= height) return std::nullopt;
    ours = certified->justify;
  }
  return ours;
}

// One validator signs one statement a view, so both certificates of ONE set cannot be the work of
// honest members. While a set is being changed, two sets may certify in one view, each a step of
// its own.
void ReplicaState::hold_against(const PhaseCertificate& ours, const PhaseCertificate& theirs,
                                const char* why) {
  if (ours.block == theirs.block && ours.phase == theirs.phase) return;
  if (ours.signatures.size() != theirs.signatures.size()) return;
  for (const ValidatorSetPtr& set : sets().active()) {
    if (!verifier_.correctly_signed(theirs, *set)) continue;
    if (verifier_.correctly_signed(ours, *set)) return halt(ours, theirs, why);
  }
}

bool ReplicaState::extends_committed(const Hash& block) const {
  const std::optional<Hash> committed = tree_.committed_block();
  if (!committed) return true;
  Hash at = block;
  while (at != *committed) {
    const auto header = tree_.header(at);
    if (!header || header->height <= *tree_.committed_height()) return false;
    at = header->justify.block;
  }
  return true;
}

// Of the step under way nothing else is kept: what it has changed rests on a certificate that
// cannot be trusted. The proof is stored, so that no restart takes up where this stops. Both
// certificates go to everybody: whoever holds one of them sees the fork by the other.
Output ReplicaState::last_words() const {
  Output last;
  if (!HS_MUTATE(S57d)) last.writes.put(key::fork(), to_borsh(*last_words_));
  last.sync = true;
  for (const PhaseCertificate* pc : {&last_words_->ours, &last_words_->theirs}) {
    last.sends.push_back({ToAll{}, std::make_shared<const Message>(AdvertisePC{*pc})});
  }
  last.events.push_back(*last_words_);
  return last;
}

void ReplicaState::halt(const PhaseCertificate& ours, const PhaseCertificate& theirs,
                        const char* why) {
  if (halted_ || HS_MUTATE(S57)) return;
  halted_ = true;
  last_words_ = event::SafetyViolation{ours, theirs, why};
}

}  // namespace hs
