#include "lib/replica/message_buffer.h"

#include "lib/codec/borsh.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

using namespace hs;

namespace {

const PublicKey alice = test::test_key(1).public_key();
const PublicKey bob = test::test_key(2).public_key();

MessageBuffer::Entry new_view(const PublicKey& origin, std::size_t bytes = 1'000) {
  const NewView message{ChainId{1}, View{1}, genesis_pc()};
  return {origin, std::make_shared<const Message>(message), bytes};
}
MessageBuffer::Entry vote(const PublicKey& origin, Phase phase, std::string_view block = "one") {
  const PhaseVote message{ChainId{1}, View{1}, sha256(as_bytes(block)), phase, Signature{}};
  return {origin, std::make_shared<const Message>(message), 1'000};
}
bool anything(const MessageBuffer::Entry&) { return true; }

}  // namespace

TEST_CASE("a sender has one message of a kind for a view", "[replica][S16]") {
  MessageBuffer buffer(100'000);
  CHECK(buffer.insert(View{5}, new_view(alice), 50'000));
  CHECK_FALSE(buffer.insert(View{5}, new_view(alice), 50'000));
  CHECK(buffer.insert(View{5}, new_view(bob), 50'000));
  CHECK(buffer.insert(View{6}, new_view(alice), 50'000));
  CHECK(buffer.insert(View{5}, vote(alice, Phase::generic), 50'000));
  CHECK(buffer.insert(View{5}, vote(alice, Phase::prepare), 50'000));
  CHECK(buffer.size() == 5);
  // Two different votes are evidence; more are not.
  CHECK_FALSE(buffer.insert(View{5}, vote(alice, Phase::generic), 50'000));
  CHECK(buffer.insert(View{5}, vote(alice, Phase::generic, "other"), 50'000));
  CHECK_FALSE(buffer.insert(View{5}, vote(alice, Phase::generic, "third"), 50'000));
  CHECK(buffer.size() == 6);
  CHECK(buffer.bytes() == buffer.recount_bytes());
}

TEST_CASE("of one sender's messages the farthest leave first", "[replica][S16][S21]") {
  MessageBuffer buffer(100'000);
  REQUIRE(buffer.insert(View{9}, new_view(bob), 50'000));
  for (const std::uint64_t view : {7, 8, 9}) {
    REQUIRE(buffer.insert(View{view}, new_view(alice), 3'000));
  }
  CHECK(buffer.insert(View{5}, new_view(alice), 3'000));
  CHECK_FALSE(buffer.insert(View{20}, new_view(alice), 3'000));
  CHECK(buffer.has(View{8}));
  CHECK(buffer.take(View{9}, anything)->origin == bob);
  CHECK_FALSE(buffer.take(View{9}, anything));
  CHECK(buffer.bytes() == 3'000);
  CHECK(buffer.bytes() == buffer.recount_bytes());
}

TEST_CASE("when the whole is full the farthest of all leave first", "[replica][S21]") {
  MessageBuffer buffer(3'000);
  for (const std::uint64_t view : {7, 8, 9}) {
    REQUIRE(buffer.insert(View{view}, new_view(alice), 3'000));
  }
  CHECK(buffer.insert(View{5}, new_view(bob), 3'000));
  CHECK_FALSE(buffer.has(View{9}));
  CHECK_FALSE(buffer.insert(View{10}, new_view(bob), 3'000));
  CHECK(buffer.bytes() == 3'000);
  CHECK_FALSE(buffer.insert(View{1}, new_view(bob, 3'001), 5'000));
}

TEST_CASE("what was taken or dropped leaves its room", "[replica][S16][I38]") {
  MessageBuffer buffer(3'000);
  for (const std::uint64_t view : {7, 8, 9}) {
    REQUIRE(buffer.insert(View{view}, new_view(alice), 3'000));
  }
  REQUIRE(buffer.take(View{8}, anything));
  buffer.drop_below(View{9});
  CHECK(buffer.size() == 1);
  CHECK(buffer.bytes() == 1'000);
  buffer.drop_below(View{10});
  CHECK(buffer.bytes() == 0);
  CHECK(buffer.recount_bytes() == 0);
}

TEST_CASE("messages without a size come and go like others", "[replica][S16]") {
  MessageBuffer buffer(3'000);
  for (const std::uint64_t view : {7, 8, 9}) {
    REQUIRE(buffer.insert(View{view}, new_view(alice, 0), 3'000));
  }
  REQUIRE(buffer.take(View{7}, anything));
  buffer.drop_below(View{10});
  CHECK(buffer.size() == 0);
}

TEST_CASE("empty signature slots are accounted as what they take", "[replica][S21]") {
  PhaseCertificate bloated = genesis_pc();
  bloated.signatures.resize(1'024);
  const Message message = NewView{ChainId{1}, View{1}, bloated};
  const std::size_t encoded = to_borsh(message).size();
  REQUIRE(encoded < 2'000);
  MessageBuffer buffer(1'000'000);
  REQUIRE(buffer.insert(View{5}, {alice, std::make_shared<const Message>(message), encoded},
                        1'000'000));
  CHECK(buffer.bytes() > 60'000);
}
