#include "lib/node/event_text.h"

#include "lib/base/hex.h"
#include "lib/base/overloaded.h"
#include "lib/net/escape.h"

namespace hs {
namespace {

constexpr std::size_t short_bytes = 6;  // of a hash or key: enough to tell them apart in a log

constexpr std::size_t reason_bytes_max = 300;  // of a sentence that may quote a peer

std::string escaped(const std::string& sentence) {
  return escape_peer_text(sentence, reason_bytes_max);
}

template <class Fixed>
std::string brief(const Fixed& value) {
  return to_hex(value.view().first(short_bytes));
}
std::string text(View view) { return " view " + std::to_string(view.value); }
std::string text(Height height) { return " height " + std::to_string(height.value); }
std::string text(const Hash& block) { return " block " + brief(block); }
std::string from(const PublicKey& peer) { return " peer " + brief(peer); }
std::string text(const PhaseCertificate& pc) {
  return " " + std::string(name_of(pc.phase)) + " pc" + text(pc.view) + text(pc.block);
}

std::string details(const Event& event) {
  using namespace event;
  return std::visit(
      Overloaded{
          [](const InsertBlock& e) {
            return text(e.block->height) + text(e.block->hash) + " justify" +
                   text(e.block->justify);
          },
          [](const CommitBlock& e) { return text(e.height) + text(e.view) + text(e.block); },
          [](const PruneBlock& e) { return text(e.block); },
          [](const UpdateHighestPC& e) { return text(e.highest_pc); },
          [](const UpdateLockedPC& e) { return text(e.locked_pc); },
          [](const UpdateHighestTC& e) { return text(e.highest_tc.view); },
          [](const UpdateValidatorSet& e) { return text(e.cause_block); },
          [](const Propose& e) { return text(e.view) + text(e.height) + text(e.block); },
          [](const event::Nudge& e) { return text(e.view) + " justify" + text(e.justify); },
          [](const event::PhaseVote& e) {
            return text(e.vote.view) + " " + std::string(name_of(e.vote.phase)) +
                   text(e.vote.block) + " to " + brief(e.recipient);
          },
          [](const event::NewView& e) {
            return text(e.view) + " highest" + text(e.highest_pc_view);
          },
          [](const event::TimeoutVote& e) { return text(e.view); },
          [](const event::AdvanceView& e) { return text(view_of(e.certificate)); },
          [](const ReceiveProposal& e) {
            return text(e.view) + text(e.height) + text(e.block) + from(e.origin);
          },
          [](const ReceiveNudge& e) { return text(e.view) + text(e.justify) + from(e.origin); },
          [](const ReceivePhaseVote& e) {
            return text(e.vote.view) + text(e.vote.block) + from(e.origin);
          },
          [](const ReceiveNewView& e) { return text(e.view) + from(e.origin); },
          [](const ReceiveTimeoutVote& e) { return text(e.view) + from(e.origin); },
          [](const ReceiveAdvanceView& e) { return text(e.view) + from(e.origin); },
          [](const StartView& e) { return text(e.view) + " leader " + brief(e.leader); },
          [](const ViewTimeout& e) { return text(e.view); },
          [](const CollectPC& e) { return text(e.pc); },
          [](const CollectTC& e) { return text(e.tc.view); },
          [](const StartSync& e) { return from(e.peer); },
          [](const EndSync& e) {
            return from(e.peer) + " blocks " + std::to_string(e.blocks_synced);
          },
          [](const ReceiveSyncRequest& e) {
            return text(e.start_height) + " limit " + std::to_string(e.limit) + from(e.peer);
          },
          [](const SendSyncResponse& e) {
            return " blocks " + std::to_string(e.blocks) + from(e.peer);
          },
          [](const Equivocation& e) {
            return " signer " + to_hex(e.signer.view()) + text(e.first.view) + text(e.first.block) +
                   " and" + text(e.second.block);
          },
          [](const InvalidMessage& e) {
            return " " + escaped(e.kind) + from(e.origin) + ": " + escaped(e.why);
          },
          [](const BanPeer& e) { return from(e.peer) + ": " + escaped(e.why); },
          [](const AppFailure& e) { return " " + escaped(e.call) + ": " + escaped(e.why); },
          [](const SafetyViolation& e) {
            return ": " + e.why + ", blocks" + text(e.ours.block) + " and" + text(e.theirs.block);
          },
      },
      event);
}

}  // namespace

Notable notable(const Event& event) {
  return std::visit(Overloaded{
                        [](const event::UpdateValidatorSet&) { return Notable::yes; },
                        [](const event::ViewTimeout&) { return Notable::yes; },
                        [](const event::EndSync&) { return Notable::yes; },
                        [](const event::Equivocation&) { return Notable::alarming; },
                        [](const event::InvalidMessage& e) {
                          return e.provable ? Notable::alarming : Notable::yes;
                        },
                        [](const event::BanPeer&) { return Notable::alarming; },
                        [](const event::AppFailure&) { return Notable::alarming; },
                        [](const event::SafetyViolation&) { return Notable::alarming; },
                        [](const auto&) { return Notable::no; },
                    },
                    event);
}

std::string to_text(const Event& event) { return std::string(name_of(event)) + details(event); }

}  // namespace hs
