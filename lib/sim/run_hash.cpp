#include "lib/sim/run_hash.h"

#include "lib/base/overloaded.h"

namespace hs::sim {
namespace {

constexpr std::size_t piece_bytes = 4096;

}  // namespace

void RunHash::add(BytesView bytes) {
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  if (pending_.size() < piece_bytes) return;
  chain_ = value();
  pending_.clear();
}

void RunHash::add(std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  add(bytes);
}

void RunHash::add(const Event& event) {
  add(event.index());
  const auto add_vote = [&](const PhaseVote& vote) {
    add(vote.view.value);
    add(vote.block.view());
    add(vote.signature.view());
  };
  std::visit(Overloaded{
                 [&](const event::InsertBlock& e) { add(e.block->hash.view()); },
                 [&](const event::CommitBlock& e) { add(e.block.view()); },
                 [&](const event::PruneBlock& e) { add(e.block.view()); },
                 [&](const event::UpdateHighestPC& e) { add(e.highest_pc.view.value); },
                 [&](const event::UpdateLockedPC& e) { add(e.locked_pc.view.value); },
                 [&](const event::UpdateHighestTC& e) { add(e.highest_tc.view.value); },
                 [&](const event::UpdateValidatorSet& e) { add(e.cause_block.view()); },
                 [&](const event::PhaseVote& e) { add_vote(e.vote); },
                 [&](const event::AdvanceView& e) { add(view_of(e.certificate).value); },
                 [&](const event::ReceivePhaseVote& e) { add_vote(e.vote); },
                 [&](const event::CollectPC& e) { add(e.pc.block.view()); },
                 [&](const event::CollectTC& e) { add(e.tc.view.value); },
                 [&](const event::StartSync& e) { add(e.peer.view()); },
                 [&](const event::EndSync& e) { add(e.blocks_synced); },
                 [&](const event::ReceiveSyncRequest& e) { add(e.start_height.value); },
                 [&](const event::SendSyncResponse& e) { add(e.blocks); },
                 [&](const event::Equivocation& e) { add(e.signer.view()); },
                 [&](const event::InvalidMessage& e) { add(as_bytes(e.why)); },
                 [&](const event::BanPeer& e) { add(e.peer.view()); },
                 [&](const event::AppFailure& e) { add(as_bytes(e.why)); },
                 [&](const event::SafetyViolation& e) { add(e.theirs.block.view()); },
                 [&](const auto& e) { add(e.view.value); },
             },
             event);
}

}  // namespace hs::sim
