#include "lib/blocksync/requests.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

constexpr Instant start{};

SyncRequests requests() {
  return SyncRequests({.give_up = milliseconds(250), .silence = milliseconds(2000)});
}
PublicKey peer(std::uint8_t n) { return test::test_key(n).public_key(); }
SyncRequests::Request from(std::uint64_t height, std::uint32_t blocks = 10) {
  return {Height{height}, blocks, Height{1'000}};
}

}  // namespace

TEST_CASE("a request occupies its peer until it is answered or given up", "[blocksync][S20]") {
  SyncRequests book = requests();
  book.sent(peer(1), from(0), start);
  CHECK(book.is_under_way(peer(1)));
  CHECK_FALSE(book.is_under_way(peer(2)));
  CHECK(book.expire(start + milliseconds(249)).given_up.empty());
  CHECK(book.expire(start + milliseconds(250)).given_up == std::vector<PublicKey>{peer(1)});
  CHECK_FALSE(book.any_under_way());
  const auto late = book.answered(peer(1), HeightRange{Height{0}, Height{9}});
  REQUIRE(late);
  CHECK_FALSE(late->in_time);
  CHECK_FALSE(book.answered(peer(1), HeightRange{Height{0}, Height{9}}));
}

TEST_CASE("a late answer is not taken for the answer to the newer request", "[blocksync][S20]") {
  SyncRequests book = requests();
  book.sent(peer(1), from(0), start);
  CHECK(book.expire(start + milliseconds(300)).given_up.size() == 1);
  book.sent(peer(1), from(100), start + milliseconds(300));
  const auto first = book.answered(peer(1), HeightRange{Height{0}, Height{9}});
  REQUIRE(first);
  CHECK(first->request.start == Height{0});
  const auto second = book.answered(peer(1), HeightRange{Height{100}, Height{109}});
  REQUIRE(second);
  CHECK(second->request.start == Height{100});
  CHECK(second->in_time);
}

TEST_CASE("an answer without blocks is certain only where one request waits", "[blocksync][S20]") {
  SyncRequests book = requests();
  book.sent(peer(1), from(0), start);
  CHECK(book.expire(start + milliseconds(300)).given_up.size() == 1);
  book.sent(peer(1), from(100), start + milliseconds(300));
  const auto unclear = book.answered(peer(1), std::nullopt);
  REQUIRE(unclear);
  CHECK_FALSE(unclear->is_certain);
  const auto clear = book.answered(peer(1), std::nullopt);
  REQUIRE(clear);
  CHECK(clear->request.start == Height{100});
  CHECK(clear->is_certain);
  book.sent(peer(1), from(0), start + milliseconds(300));
  CHECK(book.expire(start + milliseconds(600)).given_up.size() == 1);
  book.sent(peer(1), from(100), start + milliseconds(600));
  CHECK(book.answered(peer(1), HeightRange{Height{100}, Height{105}})->is_certain);
}

TEST_CASE("asking a silent peer again does not start its silence anew", "[blocksync][S20]") {
  SyncRequests book = requests();
  Instant now = start;
  for (int i = 0; i < 6; ++i, now += milliseconds(300)) {
    CHECK(book.expire(now).silent.empty());
    book.sent(peer(1), from(0), now);
  }
  CHECK(book.expire(start + milliseconds(1999)).silent.empty());
  const auto silent = book.expire(start + milliseconds(2000)).silent;
  REQUIRE(silent.size() == 1);
  CHECK(silent[0].peer == peer(1));
  CHECK(silent[0].advertised == Height{1'000});
}

TEST_CASE("the ranges under way are those of requests that are not given up", "[blocksync]") {
  SyncRequests book = requests();
  book.sent(peer(1), from(0), start);
  book.sent(peer(2), from(10, 5), start + milliseconds(200));
  CHECK(book.expire(start + milliseconds(300)).given_up.size() == 1);
  const auto ranges = book.ranges();
  REQUIRE(ranges.size() == 1);
  CHECK(ranges[0].first == Height{10});
  CHECK(ranges[0].last == Height{14});
}

}  // namespace hs
