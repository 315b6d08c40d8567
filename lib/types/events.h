// What a replica tells the world after it has happened (and, for what is persistent, after it is on
// disk). Values without a clock: the driver adds the time. [PROTOCOL 10]
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/types/messages.h"
#include "lib/types/update_set.h"

namespace hs::event {

struct InsertBlock { std::shared_ptr<const Block> block; };
struct CommitBlock { Hash block; Height height; View view; };
// `block` is the committed block whose siblings were removed.
struct PruneBlock { Hash block; };
struct UpdateHighestPC { PhaseCertificate highest_pc; };
struct UpdateLockedPC { PhaseCertificate locked_pc; };
struct UpdateHighestTC { TimeoutCertificate highest_tc; };
struct UpdateValidatorSet { Hash cause_block; ValidatorSetUpdates updates; };
struct Propose { View view; Hash block; Height height; };
struct Nudge { View view; PhaseCertificate justify; };
struct PhaseVote { hs::PhaseVote vote; PublicKey recipient; };
struct NewView { View view; View highest_pc_view; };
struct TimeoutVote { View view; };
struct AdvanceView { ProgressCertificate certificate; };
struct ReceiveProposal { PublicKey origin; View view; Hash block; Height height; };
struct ReceiveNudge { PublicKey origin; View view; PhaseCertificate justify; };
struct ReceivePhaseVote { PublicKey origin; hs::PhaseVote vote; };
struct ReceiveNewView { PublicKey origin; View view; View highest_pc_view; };
struct ReceiveTimeoutVote { PublicKey origin; View view; };
struct ReceiveAdvanceView { PublicKey origin; View view; };
struct StartView { View view; PublicKey leader; };
struct ViewTimeout { View view; };
struct CollectPC { PhaseCertificate pc; };
struct CollectTC { TimeoutCertificate tc; };
struct StartSync { PublicKey peer; };
struct EndSync { PublicKey peer; std::uint64_t blocks_synced; };
struct ReceiveSyncRequest { PublicKey peer; Height start_height; std::uint32_t limit; };
struct SendSyncResponse { PublicKey peer; std::size_t blocks; View highest_pc_view; };

// Not in the reference. [S23, S24]
struct Equivocation {
  PublicKey signer;
  hs::PhaseVote first;
  hs::PhaseVote second;
  friend bool operator==(const Equivocation&, const Equivocation&) = default;
};
// `provable`: no honest replica sends this, whatever the receiver may have missed. Without it, the
// fault may be ours: a set or a block that we do not know yet.
struct InvalidMessage {
  PublicKey origin;
  std::string kind;
  std::string why;
  bool provable = true;
};
struct BanPeer { PublicKey peer; std::string why; };
struct AppFailure { std::string call; std::string why; };
// Two certificates that cannot both exist while at most a third of the power is faulty: `ours` is
// on the branch that this replica builds on, `theirs` on another. The replica stops for good; its
// last event. Either can be checked by anyone who knows the validator set.
struct SafetyViolation {
  PhaseCertificate ours;
  PhaseCertificate theirs;
  std::string why;
  friend bool operator==(const SafetyViolation&, const SafetyViolation&) = default;
};

// Kept on disk as it is told.
void encode(BorshWriter& writer, const Equivocation& pair);
Status decode(BorshReader& reader, Equivocation& pair);
void encode(BorshWriter& writer, const SafetyViolation& fork);
Status decode(BorshReader& reader, SafetyViolation& fork);

}  // namespace hs::event

namespace hs {

using Event = std::variant<
    event::InsertBlock, event::CommitBlock, event::PruneBlock, event::UpdateHighestPC,
    event::UpdateLockedPC, event::UpdateHighestTC, event::UpdateValidatorSet, event::Propose,
    event::Nudge, event::PhaseVote, event::NewView, event::TimeoutVote, event::AdvanceView,
    event::ReceiveProposal, event::ReceiveNudge, event::ReceivePhaseVote, event::ReceiveNewView,
    event::ReceiveTimeoutVote, event::ReceiveAdvanceView, event::StartView, event::ViewTimeout,
    event::CollectPC, event::CollectTC, event::StartSync, event::EndSync,
    event::ReceiveSyncRequest, event::SendSyncResponse, event::Equivocation,
    event::InvalidMessage, event::BanPeer, event::AppFailure, event::SafetyViolation>;

[[nodiscard]] std::string_view name_of(const Event& event);  // "InsertBlock", ...

}  // namespace hs
