// Every message that replicas exchange, and its bytes. [PROTOCOL 1.3, 7.1]
//
// None of these but PhaseVote, TimeoutVote and AdvertiseBlock is signed: their author is the
// authenticated origin of the channel they came by.
#pragma once
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/types/block.h"

namespace hs {

struct Proposal {
  ChainId chain_id;
  View view;
  Block block;
  friend bool operator==(const Proposal&, const Proposal&) = default;
};
struct Nudge {
  ChainId chain_id;
  View view;
  PhaseCertificate justify;
  friend bool operator==(const Nudge&, const Nudge&) = default;
};
struct PhaseVote {
  ChainId chain_id;
  View view;
  Hash block;
  Phase phase = Phase::generic;
  Signature signature;  // over all fields above
  friend bool operator==(const PhaseVote&, const PhaseVote&) = default;
};
struct NewView {
  ChainId chain_id;
  View view;  // the view being left
  PhaseCertificate highest_pc;
  friend bool operator==(const NewView&, const NewView&) = default;
};
struct TimeoutVote {
  ChainId chain_id;
  View view;
  Signature signature;  // over chain_id and view, not over highest_tc
  std::optional<TimeoutCertificate> highest_tc;
  friend bool operator==(const TimeoutVote&, const TimeoutVote&) = default;
};
struct AdvanceView {
  ProgressCertificate progress_certificate;
  friend bool operator==(const AdvanceView&, const AdvanceView&) = default;
};
struct AdvertiseBlock {
  ChainId chain_id;
  Height highest_committed_block_height;  // a lower bound [S05]
  Signature signature;
  friend bool operator==(const AdvertiseBlock&, const AdvertiseBlock&) = default;
};
struct AdvertisePC {
  PhaseCertificate highest_pc;
  friend bool operator==(const AdvertisePC&, const AdvertisePC&) = default;
};
struct BlockSyncRequest {
  ChainId chain_id;
  Height start_height;
  std::uint32_t limit = 0;  // blocks
  friend bool operator==(const BlockSyncRequest&, const BlockSyncRequest&) = default;
};
struct BlockSyncResponse {
  std::vector<Block> blocks;
  PhaseCertificate highest_pc;
  friend bool operator==(const BlockSyncResponse&, const BlockSyncResponse&) = default;
};

// Flat; the order is that of the nested enum tags of 7.1, which the codec writes.
using Message = std::variant<Proposal, Nudge, PhaseVote, NewView, TimeoutVote, AdvanceView,
                             AdvertiseBlock, AdvertisePC, BlockSyncRequest, BlockSyncResponse>;
// Messages are shared, never copied: one encoding serves all receivers, self included.
using MessagePtr = std::shared_ptr<const Message>;

[[nodiscard]] std::string_view name_of(const Message& message);  // "Proposal", ...
// The chain of a message; a BlockSyncResponse has none but that of its certificate.
[[nodiscard]] ChainId chain_id_of(const Message& message);
// The view by which a message is ordered (AdvanceView: its certificate's); none for block sync.
[[nodiscard]] std::optional<View> view_of(const Message& message);
// What it takes in memory: an empty slot of a signature set is one byte on the wire and 65 here, so
// an account of encoded bytes would be no bound. [S21]
[[nodiscard]] std::size_t memory_bytes(const Message& message);

void encode(BorshWriter& writer, const Message& message);
// Refuses views and heights above number_max [S29], more validators or datums than limits.h allows,
// and everything that an encoder would not have written.
Status decode(BorshReader& reader, Message& message);

// The inner types, as they stand inside a Message.
void encode(BorshWriter& writer, const Proposal& message);
void encode(BorshWriter& writer, const Nudge& message);
void encode(BorshWriter& writer, const PhaseVote& message);
void encode(BorshWriter& writer, const NewView& message);
void encode(BorshWriter& writer, const TimeoutVote& message);
void encode(BorshWriter& writer, const AdvanceView& message);
void encode(BorshWriter& writer, const AdvertiseBlock& message);
void encode(BorshWriter& writer, const AdvertisePC& message);
void encode(BorshWriter& writer, const BlockSyncRequest& message);
void encode(BorshWriter& writer, const BlockSyncResponse& message);
Status decode(BorshReader& reader, Proposal& message);
Status decode(BorshReader& reader, Nudge& message);
Status decode(BorshReader& reader, PhaseVote& message);
Status decode(BorshReader& reader, NewView& message);
Status decode(BorshReader& reader, TimeoutVote& message);
Status decode(BorshReader& reader, AdvanceView& message);
Status decode(BorshReader& reader, AdvertiseBlock& message);
Status decode(BorshReader& reader, AdvertisePC& message);
Status decode(BorshReader& reader, BlockSyncRequest& message);
Status decode(BorshReader& reader, BlockSyncResponse& message);

}  // namespace hs
