#include "lib/sim/trace.h"

#include "lib/base/hex.h"
#include "lib/base/overloaded.h"

namespace hs::sim {
namespace {

std::string show(const Hash& hash) {
  return hash == Hash{} ? "genesis" : to_hex(hash.view()).substr(0, 8);
}
template <class Tag>
std::string show(Strong<Tag> number) {
  return std::to_string(number.value);
}
std::string show(const PhaseCertificate& pc) {
  if (pc.is_genesis()) return "the genesis PC";
  return "PC(" + std::string(name_of(pc.phase)) + ", view " + show(pc.view) + ", " +
         show(pc.block) + ")";
}
std::string show(const TimeoutCertificate& tc) { return "TC(view " + show(tc.view) + ")"; }
std::string show(const ProgressCertificate& certificate) {
  return std::visit([](const auto& either) { return show(either); }, certificate);
}
std::string show(const PublicKey& key, const Cast& cast) {
  const auto node = cast.node_of(key);
  return node ? "n" + std::to_string(*node) : to_hex(key.view()).substr(0, 8);
}

std::string describe_own(const Event& event, const Cast& cast) {
  return std::visit(
      Overloaded{
          [](const event::InsertBlock& e) {
            return "stores " + show(e.block->hash) + " at height " + show(e.block->height) +
                   " on " + show(e.block->justify);
          },
          [](const event::CommitBlock& e) {
            return "COMMITS " + show(e.block) + " at height " + show(e.height);
          },
          [](const event::PruneBlock& e) { return "prunes beside " + show(e.block); },
          [](const event::UpdateHighestPC& e) { return "highest PC: " + show(e.highest_pc); },
          [](const event::UpdateLockedPC& e) { return "locks " + show(e.locked_pc); },
          [](const event::UpdateHighestTC& e) { return "highest TC: " + show(e.highest_tc); },
          [](const event::UpdateValidatorSet& e) {
            return "updates the validator set by " + show(e.cause_block);
          },
          [](const event::Propose& e) {
            return "proposes " + show(e.block) + " at height " + show(e.height) + " in view " +
                   show(e.view);
          },
          [](const event::Nudge& e) {
            return "nudges in view " + show(e.view) + " with " + show(e.justify);
          },
          [&](const event::PhaseVote& e) {
            return "votes for " + show(e.vote.block) + " in view " + show(e.vote.view) + ", to " +
                   show(e.recipient, cast);
          },
          [](const event::NewView& e) {
            return "leaves view " + show(e.view) + " with highest PC view " +
                   show(e.highest_pc_view);
          },
          [](const event::TimeoutVote& e) { return "times out epoch-change view " + show(e.view); },
          [](const event::AdvanceView& e) { return "advances by " + show(e.certificate); },
          [](const event::CollectPC& e) { return "collects " + show(e.pc); },
          [](const event::CollectTC& e) { return "collects " + show(e.tc); },
          [&](const event::StartView& e) {
            return "enters view " + show(e.view) + ", leader " + show(e.leader, cast);
          },
          [](const event::ViewTimeout& e) { return "view " + show(e.view) + " times out"; },
          [](const event::AppFailure& e) { return "app fails in " + e.call + ": " + e.why; },
          [](const event::SafetyViolation& e) {
            return "stops for good: " + e.why + "; " + show(e.ours) + " and " + show(e.theirs);
          },
          [](const auto&) { return std::string(); },
      },
      event);
}

std::string describe_received(const Event& event, const Cast& cast) {
  return std::visit(
      Overloaded{
          [&](const event::ReceiveProposal& e) {
            return "gets proposal " + show(e.block) + " of view " + show(e.view) + " from " +
                   show(e.origin, cast);
          },
          [&](const event::ReceiveNudge& e) {
            return "gets a nudge of view " + show(e.view) + " from " + show(e.origin, cast);
          },
          [&](const event::ReceivePhaseVote& e) {
            return "gets a vote for " + show(e.vote.block) + " of view " + show(e.vote.view) +
                   " from " + show(e.origin, cast);
          },
          [&](const event::ReceiveNewView& e) {
            return "gets NewView of view " + show(e.view) + " (highest PC view " +
                   show(e.highest_pc_view) + ") from " + show(e.origin, cast);
          },
          [&](const event::ReceiveTimeoutVote& e) {
            return "gets a timeout vote of view " + show(e.view) + " from " + show(e.origin, cast);
          },
          [&](const event::ReceiveAdvanceView& e) {
            return "gets AdvanceView of view " + show(e.view) + " from " + show(e.origin, cast);
          },
          [&](const event::StartSync& e) { return "asks " + show(e.peer, cast) + " for blocks"; },
          [&](const event::EndSync& e) {
            return "ends its sync with " + show(e.peer, cast) + " after " +
                   std::to_string(e.blocks_synced) + " blocks";
          },
          [&](const event::ReceiveSyncRequest& e) {
            return "is asked for blocks from height " + show(e.start_height) + " by " +
                   show(e.peer, cast);
          },
          [&](const event::SendSyncResponse& e) {
            return "serves " + std::to_string(e.blocks) + " blocks to " + show(e.peer, cast);
          },
          [&](const event::Equivocation& e) {
            return "catches " + show(e.signer, cast) + " voting twice in view " +
                   show(e.first.view);
          },
          [&](const event::InvalidMessage& e) {
            return "refuses a " + e.kind + " of " + show(e.origin, cast) + ": " + e.why;
          },
          [&](const event::BanPeer& e) { return "bans " + show(e.peer, cast) + ": " + e.why; },
          [](const auto&) { return std::string(); },
      },
      event);
}

}  // namespace

std::string describe(const Event& event, const Cast& cast) {
  const std::string own = describe_own(event, cast);
  return own.empty() ? describe_received(event, cast) : own;
}

std::string trace_line(Instant at, NodeIndex node, const std::string& what) {
  std::string time = to_string(at);
  if (time.size() < 13) time.insert(0, 13 - time.size(), ' ');
  return time + " n" + std::to_string(node) + "  " + what;
}

}  // namespace hs::sim
