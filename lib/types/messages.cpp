#include "lib/types/messages.h"

#include <type_traits>

#include "lib/base/limits.h"
#include "lib/base/mutate.h"
#include "lib/base/overloaded.h"

namespace hs {
namespace {

// The nested enums of 7.1, flattened: which tags lead to which alternative of Message.
struct Kind {
  std::string_view name;
  std::array<std::uint8_t, 3> tags;
  std::size_t count;
  [[nodiscard]] BytesView bytes() const { return BytesView(tags).first(count); }
};
constexpr std::array<Kind, 10> kinds = {{
    {"Proposal", {0, 0, 0}, 3},
    {"Nudge", {0, 0, 1}, 3},
    {"PhaseVote", {0, 0, 2}, 3},
    {"NewView", {0, 0, 3}, 3},
    {"TimeoutVote", {0, 1, 0}, 3},
    {"AdvanceView", {0, 1, 1}, 3},
    {"AdvertiseBlock", {0, 2, 0}, 3},
    {"AdvertisePC", {0, 2, 1}, 3},
    {"BlockSyncRequest", {1, 0, 0}, 2},
    {"BlockSyncResponse", {1, 1, 0}, 2},
}};
static_assert(kinds.size() == std::variant_size_v<Message>);

template <std::size_t index, class T>
constexpr bool stands_at = std::is_same_v<std::variant_alternative_t<index, Message>, T>;
static_assert(stands_at<0, Proposal>);
static_assert(stands_at<1, Nudge>);
static_assert(stands_at<2, PhaseVote>);
static_assert(stands_at<3, NewView>);
static_assert(stands_at<4, TimeoutVote>);
static_assert(stands_at<5, AdvanceView>);
static_assert(stands_at<6, AdvertiseBlock>);
static_assert(stands_at<7, AdvertisePC>);
static_assert(stands_at<8, BlockSyncRequest>);
static_assert(stands_at<9, BlockSyncResponse>);

// Views and heights from outside, so that "+ 1" can never wrap. [S29]
Status check_numbers(View view) {
  const bool too_large = view.value > number_max && !HS_MUTATE(S29b);
  if (too_large) return fail(Errc::bad_value, "view above the limit");
  return {};
}
Status check_numbers(Height height) {
  if (height.value > number_max) return fail(Errc::bad_value, "height above the limit");
  return {};
}
Status check_numbers(const PhaseCertificate& pc) { return check_numbers(pc.view); }
Status check_numbers(const TimeoutCertificate& tc) { return check_numbers(tc.view); }
Status check_numbers(const ProgressCertificate& certificate) {
  return check_numbers(view_of(certificate));
}
Status check_numbers(const Block& block) {
  HS_TRY_STATUS(check_numbers(block.height));
  return check_numbers(block.justify);
}

// A field as peers send it: decoded, then held to number_max. The stored forms of blocks and
// certificates are only decoded, because nothing gets into a store but through here.
template <class T>
Status receive(BorshReader& reader, T& value) {
  HS_TRY_STATUS(decode(reader, value));
  return check_numbers(value);
}

template <std::size_t index>
Status decode_as(BorshReader& reader, Message& message) {
  return decode(reader, message.emplace<index>());
}

template <std::size_t... indices>
Status decode_at(std::size_t index, BorshReader& reader, Message& message,
                 std::index_sequence<indices...>) {
  using Decoder = Status (*)(BorshReader&, Message&);
  constexpr std::array<Decoder, sizeof...(indices)> decoders = {&decode_as<indices>...};
  return decoders.at(index)(reader, message);
}

}  // namespace

std::string_view name_of(const Message& message) { return kinds.at(message.index()).name; }

ChainId chain_id_of(const Message& message) {
  return std::visit(Overloaded{
                        [](const AdvanceView& m) { return chain_id_of(m.progress_certificate); },
                        [](const AdvertisePC& m) { return m.highest_pc.chain_id; },
                        [](const BlockSyncResponse& m) { return m.highest_pc.chain_id; },
                        [](const auto& m) { return m.chain_id; },
                    },
                    message);
}

std::optional<View> view_of(const Message& message) {
  using Answer = std::optional<View>;
  return std::visit(
      Overloaded{
          [](const AdvanceView& m) -> Answer { return view_of(m.progress_certificate); },
          [](const AdvertiseBlock&) -> Answer { return std::nullopt; },
          [](const AdvertisePC&) -> Answer { return std::nullopt; },
          [](const BlockSyncRequest&) -> Answer { return std::nullopt; },
          [](const BlockSyncResponse&) -> Answer { return std::nullopt; },
          [](const auto& m) -> Answer { return m.view; },
      },
      message);
}

std::size_t memory_bytes(const Message& message) {
  const auto slots = [](const auto& certificate) {
    return certificate.signatures.size() * sizeof(SignatureSet::value_type);
  };
  const auto of_block = [&](const Block& block) {
    std::size_t bytes = sizeof(Block) + slots(block.justify);
    for (const Bytes& datum : block.data) bytes += sizeof(Bytes) + datum.size();
    return bytes;
  };
  const auto of_blocks = [&](const std::vector<Block>& blocks) {
    std::size_t bytes = 0;
    for (const Block& block : blocks) bytes += of_block(block);
    return bytes;
  };
  const std::size_t outside = std::visit(
      Overloaded{
          [&](const Proposal& proposal) { return of_block(proposal.block); },
          [&](const Nudge& nudge) { return slots(nudge.justify); },
          [&](const NewView& new_view) { return slots(new_view.highest_pc); },
          [&](const TimeoutVote& vote) { return vote.highest_tc ? slots(*vote.highest_tc) : 0; },
          [&](const AdvanceView& advance) {
            return std::visit(slots, advance.progress_certificate);
          },
          [&](const AdvertisePC& advertised) { return slots(advertised.highest_pc); },
          [&](const BlockSyncResponse& response) {
            return of_blocks(response.blocks) + slots(response.highest_pc);
          },
          [](const auto&) { return std::size_t{0}; },
      },
      message);
  return sizeof(Message) + outside;
}

void encode(BorshWriter& writer, const Message& message) {
  writer.raw(kinds.at(message.index()).bytes());
  std::visit([&](const auto& m) { encode(writer, m); }, message);
}

Status decode(BorshReader& reader, Message& message) {
  for (std::size_t index = 0; index < kinds.size(); ++index) {
    const BytesView tags = kinds[index].bytes();
    if (!starts_with(reader.rest(), tags)) continue;
    HS_TRY_STATUS(reader.raw(tags.size()));
    return decode_at(index, reader, message,
                     std::make_index_sequence<std::variant_size_v<Message>>{});
  }
  if (reader.remaining() < std::tuple_size_v<decltype(Kind::tags)>) {
    return fail(Errc::truncated, "input ends inside the kind of a message");
  }
  return fail(Errc::bad_value, "unknown kind of message");
}

void encode(BorshWriter& writer, const Proposal& message) {
  encode(writer, message.chain_id);
  encode(writer, message.view);
  encode(writer, message.block);
}
Status decode(BorshReader& reader, Proposal& message) {
  HS_TRY_STATUS(decode(reader, message.chain_id));
  HS_TRY_STATUS(receive(reader, message.view));
  return receive(reader, message.block);
}

void encode(BorshWriter& writer, const Nudge& message) {
  encode(writer, message.chain_id);
  encode(writer, message.view);
  encode(writer, message.justify);
}
Status decode(BorshReader& reader, Nudge& message) {
  HS_TRY_STATUS(decode(reader, message.chain_id));
  HS_TRY_STATUS(receive(reader, message.view));
  return receive(reader, message.justify);
}

void encode(BorshWriter& writer, const PhaseVote& message) {
  encode(writer, message.chain_id);
  encode(writer, message.view);
  encode(writer, message.block);
  encode(writer, message.phase);
  encode(writer, message.signature);
}
Status decode(BorshReader& reader, PhaseVote& message) {
  HS_TRY_STATUS(decode(reader, message.chain_id));
  HS_TRY_STATUS(receive(reader, message.view));
  HS_TRY_STATUS(decode(reader, message.block));
  HS_TRY_STATUS(decode(reader, message.phase));
  return decode(reader, message.signature);
}

void encode(BorshWriter& writer, const NewView& message) {
  encode(writer, message.chain_id);
  encode(writer, message.view);
  encode(writer, message.highest_pc);
}
Status decode(BorshReader& reader, NewView& message) {
  HS_TRY_STATUS(decode(reader, message.chain_id));
  HS_TRY_STATUS(receive(reader, message.view));
  return receive(reader, message.highest_pc);
}

void encode(BorshWriter& writer, const TimeoutVote& message) {
  encode(writer, message.chain_id);
  encode(writer, message.view);
  encode(writer, message.signature);
  encode(writer, message.highest_tc);
}
Status decode(BorshReader& reader, TimeoutVote& message) {
  HS_TRY_STATUS(decode(reader, message.chain_id));
  HS_TRY_STATUS(receive(reader, message.view));
  HS_TRY_STATUS(decode(reader, message.signature));
  HS_TRY_STATUS(decode(reader, message.highest_tc));
  return message.highest_tc ? check_numbers(*message.highest_tc) : Status{};
}

void encode(BorshWriter& writer, const AdvanceView& message) {
  encode(writer, message.progress_certificate);
}
Status decode(BorshReader& reader, AdvanceView& message) {
  return receive(reader, message.progress_certificate);
}

void encode(BorshWriter& writer, const AdvertiseBlock& message) {
  encode(writer, message.chain_id);
  encode(writer, message.highest_committed_block_height);
  encode(writer, message.signature);
}
Status decode(BorshReader& reader, AdvertiseBlock& message) {
  HS_TRY_STATUS(decode(reader, message.chain_id));
  HS_TRY_STATUS(receive(reader, message.highest_committed_block_height));
  return decode(reader, message.signature);
}

void encode(BorshWriter& writer, const AdvertisePC& message) { encode(writer, message.highest_pc); }
Status decode(BorshReader& reader, AdvertisePC& message) {
  return receive(reader, message.highest_pc);
}

void encode(BorshWriter& writer, const BlockSyncRequest& message) {
  encode(writer, message.chain_id);
  encode(writer, message.start_height);
  writer.u32(message.limit);
}
Status decode(BorshReader& reader, BlockSyncRequest& message) {
  HS_TRY_STATUS(decode(reader, message.chain_id));
  HS_TRY_STATUS(receive(reader, message.start_height));
  HS_TRY(limit, reader.u32());
  message.limit = limit;
  return {};
}

void encode(BorshWriter& writer, const BlockSyncResponse& message) {
  writer.count(message.blocks.size());
  for (const Block& block : message.blocks) encode(writer, block);
  encode(writer, message.highest_pc);
}
Status decode(BorshReader& reader, BlockSyncResponse& message) {
  constexpr std::size_t block_bytes_min = 8 + 32 + 53 + 32 + 4;  // no signatures, no data
  HS_TRY(count, reader.count(block_bytes_min));
  if (count > sync_request_blocks_max) {
    return fail(Errc::too_long, "more blocks than a sync request may ask for");
  }
  message.blocks.clear();
  message.blocks.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    HS_TRY_STATUS(receive(reader, message.blocks.emplace_back()));
  }
  return receive(reader, message.highest_pc);
}

}  // namespace hs
