// More than a third of the power is faulty: what shows it, and the end. Safety is lost for the
// network by then; what is left to do is to commit nothing more, to vote for nothing more, and to
// show people the two certificates. [S57]
#include <algorithm>

#include "lib/base/overloaded.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

constexpr int walk_max = 64;  // certificates of our branch that one of a message is held against

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
          [](const BlockSyncResponse& each) {
            std::vector<const PhaseCertificate*> found{&each.highest_pc};
            for (const Block& block : each.blocks) found.push_back(&block.justify);
            return found;
          },
          [](const auto&) { return std::vector<const PhaseCertificate*>{}; },
      },
      message);
}

}  // namespace

// Every message is looked at, whether or not it will be of use: a branch that this replica cannot
// attach anywhere is exactly what it must not pass over.
void ReplicaState::look_for_fork(const PublicKey& origin, const Message& message) {
  if (!failed_checks_.allows(origin, now_)) return;
  const std::uint64_t refused = verifier_.signatures().refused();
  for (const PhaseCertificate* pc : certificates_in(message)) {
    if (pc->is_genesis() || pc->chain_id != config_.chain_id) continue;
    const auto ours = certificate_of_view(pc->view);
    if (ours) hold_against(*ours, *pc, "a quorum has signed two statements in one view");
  }
  if (const auto* response = std::get_if<BlockSyncResponse>(&message)) {
    for (std::size_t i = 0; i < response->blocks.size(); ++i) {
      const bool is_last = i + 1 == response->blocks.size();
      look_beside_committed(response->blocks[i],
                            is_last ? response->highest_pc : response->blocks[i + 1].justify);
    }
  }
  failed_checks_.use(origin, now_, verifier_.signatures().refused() - refused);
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

// Of the branch that the highest certificate is on; none if it has none of that view, or only
// farther back than one looks.
std::optional<PhaseCertificate> ReplicaState::certificate_of_view(View view) const {
  PhaseCertificate ours = tree_.highest_pc();
  for (int i = 0; i < walk_max && ours.view > view; ++i) {
    const auto certified = tree_.header(ours.block);
    if (!certified || certified->justify.is_genesis()) return std::nullopt;
    ours = certified->justify;
  }
  if (ours.is_genesis() || ours.view != view) return std::nullopt;
  return ours;
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

// Nothing of the step under way is kept or leaves but the last words; see step().
void ReplicaState::halt(const PhaseCertificate& ours, const PhaseCertificate& theirs,
                        const char* why) {
  if (halted_) return;
  halted_ = true;
  last_words_ = event::SafetyViolation{ours, theirs, why};
}

}  // namespace hs
