#include "lib/node/event_columns.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

const std::chrono::system_clock::time_point at{std::chrono::milliseconds(1'701'329'264'999)};

Hash zero_but(std::uint8_t first) {
  Hash hash;
  hash.bytes[0] = first;
  return hash;
}

}  // namespace

TEST_CASE("an event in columns is its name, the second, and its fields", "[node]") {
  PublicKey origin;
  origin.bytes[0] = 0xff;
  const Event event = event::ReceiveProposal{
      .origin = origin, .view = View{15}, .block = zero_but(0x04), .height = Height{12}};
  CHECK(to_columns(event, at) == "ReceiveProposal, 1701329264, /wAAAAA, BAAAAAA, 12");
  CHECK(to_columns(event::CommitBlock{zero_but(0), Height{7}, View{9}}, at) ==
        "CommitBlock, 1701329264, AAAAAAA, 7");
}

TEST_CASE("an event in columns is one line, whatever a peer sent", "[node]") {
  const Event event = event::InvalidMessage{.origin = test::test_key(1).public_key(),
                                            .kind = "Proposal\n",
                                            .why = std::string(100'000, '\r') + "\x1b[31m"};
  const std::string line = to_columns(event, at);
  for (const char character : line) {
    CHECK(character >= 0x20);
    CHECK(character < 0x7f);
  }
  CHECK(line.size() < 1'500);
}

}  // namespace hs
