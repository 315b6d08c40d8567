#include "lib/blocksync/sessions.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

constexpr Instant start{};

SyncSessions sessions() {
  return SyncSessions({.time_max = std::chrono::seconds(30),
                       .vain_replies_max = 3,
                       .blocks_first = 64,
                       .blocks_max = 256});
}
const PublicKey peer = test::test_key(1).public_key();

}  // namespace

TEST_CASE("a session is over after 30 s however well it goes", "[blocksync][S19]") {
  SyncSessions book = sessions();
  CHECK(book.asked(peer, start));
  CHECK_FALSE(book.asked(peer, start + std::chrono::seconds(20)));
  book.replied(peer, false);
  CHECK_FALSE(book.is_over(peer, start + milliseconds(29'999)));
  CHECK(book.is_over(peer, start + std::chrono::seconds(30)));
}

TEST_CASE("a session is over after three replies in a row that certify nothing new",
          "[blocksync][S19]") {
  SyncSessions book = sessions();
  book.asked(peer, start);
  for (const bool in_vain : {true, true, false, true, true}) book.replied(peer, in_vain);
  CHECK_FALSE(book.is_over(peer, start));
  book.replied(peer, true);
  CHECK(book.is_over(peer, start));
}

TEST_CASE("what is asked of a server grows while it answers in time and shrinks when it is late",
          "[blocksync][S19b]") {
  SyncSessions book = sessions();
  CHECK(book.blocks_to_ask(peer) == 64);
  for (int i = 0; i < 5; ++i) book.answered_in_time(peer);
  CHECK(book.blocks_to_ask(peer) == 256);
  for (int i = 0; i < 6; ++i) book.was_late(peer);
  CHECK(book.blocks_to_ask(peer) == 8);
  book.answered_in_time(peer);
  CHECK(book.blocks_to_ask(peer) == 16);
}

}  // namespace hs
