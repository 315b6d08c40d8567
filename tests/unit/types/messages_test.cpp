#include "lib/types/messages.h"

#include <set>

#include "lib/base/hex.h"
#include "lib/types/events.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace hs::test {
namespace {

Errc refusal_of(const Message& message) {
  const auto decoded = from_borsh<Message>(to_borsh(message));
  REQUIRE_FALSE(decoded);
  return decoded.error().code;
}

PhaseCertificate pc_of_view(std::uint64_t view) {
  PhaseCertificate pc;
  pc.view = View{view};
  return pc;
}

}  // namespace

// I01: the encoding is a bijection between messages and the bytes that decode.
TEST_CASE("every message decodes from its encoding, and from no prefix of it", "[types][I01]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    const Message message = random_message(rng);
    const Bytes bytes = to_borsh(message);
    const auto decoded = from_borsh<Message>(bytes);
    REQUIRE(decoded);
    CHECK(*decoded == message);
    CHECK_FALSE(from_borsh<Message>(BytesView(bytes).first(rng.below(bytes.size()))));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(from_borsh<Message>(longer).error().code == Errc::trailing);
  }
}

TEST_CASE("bytes that decode are exactly what the decoded message encodes to", "[types][I01]") {
  std::size_t accepted = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    Bytes bytes = to_borsh(random_message(rng));
    bytes.at(rng.below(bytes.size())) ^= static_cast<std::uint8_t>(1U << rng.below(8));
    const auto decoded = from_borsh<Message>(bytes);
    if (!decoded) continue;
    ++accepted;
    CHECK(to_borsh(*decoded) == bytes);
  }
  CHECK(accepted > 300);  // most flips hit a hash, a signature or a number
}

TEST_CASE("messages begin with the tags of the nested enums", "[types]") {
  const std::pair<Message, std::string> expected[] = {
      {Proposal{}, "000000"},       {Nudge{}, "000001"},       {PhaseVote{}, "000002"},
      {NewView{}, "000003"},        {TimeoutVote{}, "000100"}, {AdvanceView{}, "00010100"},
      {AdvertiseBlock{}, "000200"}, {AdvertisePC{}, "000201"}, {BlockSyncRequest{}, "0100"},
      {BlockSyncResponse{}, "0101"}};
  for (const auto& [message, tags] : expected) {
    INFO(name_of(message));
    CHECK(to_hex(to_borsh(message)).starts_with(tags));
  }
  const Message advance = AdvanceView{PhaseCertificate{}};
  CHECK(to_hex(to_borsh(advance)).starts_with("00010101"));
}

TEST_CASE("unknown kinds of messages are refused", "[types]") {
  for (const char* tags : {"000004", "000102", "000202", "000300", "0102", "0200", "ff"}) {
    INFO(tags);
    Bytes bytes = from_hex(tags).value();
    bytes.resize(200);
    CHECK(from_borsh<Message>(bytes).error().code == Errc::bad_value);
  }
  CHECK(from_borsh<Message>({}).error().code == Errc::truncated);
}

TEST_CASE("views and heights above 2^63 are refused wherever they stand (S29)", "[types][S29]") {
  const std::uint64_t above = number_max + 1;
  CHECK(
      from_borsh<Message>(to_borsh(Message{Nudge{{}, View{number_max}, pc_of_view(number_max)}})));
  const Message refused[] = {Nudge{{}, View{above}, {}},
                             Nudge{{}, {}, pc_of_view(above)},
                             Proposal{{}, View{above}, {}},
                             Proposal{{}, {}, Block{Height{above}, {}, {}, {}, {}}},
                             Proposal{{}, {}, Block{{}, {}, pc_of_view(above), {}, {}}},
                             PhaseVote{{}, View{above}, {}, {}, {}},
                             NewView{{}, View{above}, {}},
                             NewView{{}, {}, pc_of_view(above)},
                             TimeoutVote{{}, View{above}, {}, {}},
                             TimeoutVote{{}, {}, {}, TimeoutCertificate{{}, View{above}, {}}},
                             AdvanceView{TimeoutCertificate{{}, View{above}, {}}},
                             AdvanceView{pc_of_view(above)},
                             AdvertiseBlock{{}, Height{above}, {}},
                             AdvertisePC{pc_of_view(above)},
                             BlockSyncRequest{{}, Height{above}, 1},
                             BlockSyncResponse{{Block{Height{above}, {}, {}, {}, {}}}, {}},
                             BlockSyncResponse{{}, pc_of_view(above)}};
  for (const Message& message : refused) {
    INFO(name_of(message));
    CHECK(refusal_of(message) == Errc::bad_value);
  }
}

TEST_CASE("more slots, datums or blocks than the limits are refused (S21)", "[types][S21]") {
  PhaseCertificate pc;
  pc.signatures.resize(validators_max);
  CHECK(from_borsh<PhaseCertificate>(to_borsh(pc)));
  pc.signatures.resize(validators_max + 1);
  CHECK(refusal_of(AdvertisePC{pc}) == Errc::too_long);

  Block block;
  block.data.resize(datums_max);
  CHECK(from_borsh<Block>(to_borsh(block)));
  block.data.resize(datums_max + 1);
  CHECK(refusal_of(Proposal{{}, {}, block}) == Errc::too_long);

  BlockSyncResponse response;
  response.blocks.resize(sync_request_blocks_max);
  CHECK(from_borsh<Message>(to_borsh(Message{response})));
  response.blocks.resize(sync_request_blocks_max + 1);
  CHECK(refusal_of(response) == Errc::too_long);
}

TEST_CASE("a message knows its chain and the view that orders it", "[types]") {
  PhaseCertificate pc;
  pc.chain_id = ChainId{5};
  pc.view = View{9};
  CHECK(chain_id_of(NewView{ChainId{3}, View{4}, pc}) == ChainId{3});
  CHECK(chain_id_of(AdvanceView{pc}) == ChainId{5});
  CHECK(chain_id_of(AdvertisePC{pc}) == ChainId{5});
  CHECK(chain_id_of(BlockSyncResponse{{}, pc}) == ChainId{5});
  CHECK(view_of(Message{NewView{ChainId{3}, View{4}, pc}}) == View{4});
  CHECK(view_of(Message{AdvanceView{pc}}) == View{9});
  for (const Message& message : {Message{AdvertisePC{pc}}, Message{AdvertiseBlock{}},
                                 Message{BlockSyncRequest{}}, Message{BlockSyncResponse{{}, pc}}}) {
    CHECK(view_of(message) == std::nullopt);
  }
}

TEST_CASE("no two kinds of messages or events share a name", "[types]") {
  std::set<std::string_view> names;
  Rng rng(5);
  for (int i = 0; i < 300; ++i) names.insert(name_of(random_message(rng)));
  CHECK(names.size() == std::variant_size_v<Message>);
  CHECK(name_of(Event{event::CommitBlock{}}) == "CommitBlock");
  CHECK(name_of(Event{event::AppFailure{}}) == "AppFailure");
  CHECK(name_of(Event{event::SafetyViolation{}}) == "SafetyViolation");
}

}  // namespace hs::test
