#include "lib/base/limits.h"
#include "lib/net/address_book.h"
#include "lib/net/dial_plan.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

using namespace std::chrono_literals;
using test::test_key;

PublicKey key_of(std::uint8_t first) {
  PublicKey key;
  key.bytes[0] = first;
  return key;
}

constexpr DialPlan::Time start{1000s};
const DialPlan::Timing timing{.backoff_min = 20ms, .backoff_max = 2000ms, .patience = 2000ms};

TEST_CASE("the smaller key dials at once, the larger one waits for it", "[net][dial]") {
  DialPlan plan(key_of(5), timing, 1);
  plan.add(key_of(9), start);
  plan.add(key_of(2), start);
  CHECK(plan.take_due(start) == std::vector{key_of(9)});
  CHECK(plan.next_due() == start + 2000ms);
  CHECK(plan.take_due(start + 1999ms).empty());
  CHECK(plan.take_due(start + 2000ms) == std::vector{key_of(2)});
  CHECK_FALSE(plan.next_due());
}

TEST_CASE("failed dials come back later and later, up to a bound", "[net][dial]") {
  DialPlan plan(key_of(1), timing, 1);
  const PublicKey peer = key_of(2);
  plan.add(peer, start);
  auto now = start;
  for (std::int64_t whole : {20, 40, 80, 160, 320, 640, 1280, 2000, 2000, 2000}) {
    CAPTURE(whole);
    REQUIRE(plan.take_due(now).size() == 1);
    plan.failed(peer, now);
    REQUIRE(plan.next_due());
    const auto wait = *plan.next_due() - now;
    CHECK(wait <= std::chrono::milliseconds(whole));
    CHECK(wait >= std::chrono::milliseconds(whole - whole / 4));
    now = *plan.next_due();
  }
}

TEST_CASE("replicas that fail together do not come back together", "[net][dial]") {
  std::set<DialPlan::Time> times;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    DialPlan plan(key_of(1), {.backoff_min = 1000ms, .backoff_max = 2000ms, .patience = 0ms}, seed);
    plan.add(key_of(2), start);
    REQUIRE(plan.take_due(start).size() == 1);
    plan.failed(key_of(2), start);
    times.insert(*plan.next_due());
  }
  CHECK(times.size() > 5);
}

TEST_CASE("a connection resets the backoff, and no dial follows while it lasts", "[net][dial]") {
  DialPlan plan(key_of(1), timing, 1);
  const PublicKey peer = key_of(2);
  plan.add(peer, start);
  auto now = start;
  for (int i = 0; i < 8; ++i) {
    REQUIRE(plan.take_due(now).size() == 1);
    plan.failed(peer, now);
    now = *plan.next_due();
  }
  plan.connected(peer, now);
  CHECK_FALSE(plan.next_due());
  CHECK(plan.take_due(now + 1h).empty());
  plan.lost(peer, now + 10s);
  CHECK(*plan.next_due() <= now + 10s + 20ms);
}

TEST_CASE("connections that do not last slow the dialing down", "[net][dial]") {
  DialPlan plan(key_of(1), timing, 1);
  const PublicKey peer = key_of(2);
  plan.add(peer, start);
  auto now = start;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(plan.take_due(now).size() == 1);
    plan.connected(peer, now);
    plan.lost(peer, now + 1ms);
    now = *plan.next_due();
  }
  CHECK(plan.failures(peer) == 3);
}

TEST_CASE("after a loss the larger key waits again", "[net][dial]") {
  DialPlan plan(key_of(5), timing, 1);
  plan.connected(key_of(2), start);
  plan.lost(key_of(2), start + 60s);
  CHECK(plan.next_due() == start + 62s);
}

TEST_CASE("a failure that comes after a connection changes nothing", "[net][dial]") {
  DialPlan plan(key_of(1), timing, 1);
  plan.add(key_of(2), start);
  REQUIRE(plan.take_due(start).size() == 1);
  plan.connected(key_of(2), start);
  plan.failed(key_of(2), start);
  CHECK_FALSE(plan.next_due());
}

TEST_CASE("addresses are tried by how good their source is", "[net][dial]") {
  AddressBook book(key_of(1));
  const HostPort heard{.host = "heard", .port = 1};
  const HostPort said{.host = "said", .port = 1};
  const HostPort configured{.host = "configured", .port = 1};
  book.hear(key_of(2), heard, false);
  book.say(key_of(2), said);
  book.configure(key_of(2), configured);
  book.hear(key_of(2), said, false);
  CHECK(book.addresses(key_of(2)) == std::vector{configured, said, heard});
  book.say(key_of(2), configured);
  CHECK(book.addresses(key_of(2)) == std::vector{configured, heard, said});
  book.forget_words_of(key_of(2));
  CHECK(book.addresses(key_of(2)) == std::vector{configured});
}

TEST_CASE("nobody is told to dial us, or a port that is none", "[net][dial]") {
  AddressBook book(key_of(1));
  book.hear(key_of(1), {.host = "x", .port = 1}, true);
  book.hear(key_of(2), {.host = "x", .port = 0}, true);
  CHECK(book.addresses(key_of(1)).empty());
  CHECK(book.addresses(key_of(2)).empty());
}

TEST_CASE("hearsay is bounded and not passed on", "[net][dial]") {
  AddressBook book(key_of(1));
  std::set<PublicKey> keys;
  const auto key_number = [](std::size_t n) {
    PublicKey key;
    key.bytes = {2, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
    return key;
  };
  for (std::size_t i = 0; i < 3 * known_peers_max; ++i) {
    book.hear(key_number(i), {.host = "x", .port = 1}, false);
    keys.insert(key_number(i));
  }
  CHECK_FALSE(book.addresses(key_number(known_peers_max - 1)).empty());
  CHECK(book.addresses(key_number(known_peers_max)).empty());
  book.hear(key_number(known_peers_max), {.host = "x", .port = 1}, true);
  CHECK_FALSE(book.addresses(key_number(known_peers_max)).empty());
  for (std::uint16_t port = 1; port < 100; ++port) {
    book.hear(key_number(0), {.host = "x", .port = port}, false);
  }
  CHECK(book.addresses(key_number(0)).size() == 2);
  CHECK(book.first_hand(keys).empty());
  book.say(key_number(4), {.host = "y", .port = 4});
  CHECK(book.first_hand(keys).size() == 1);
  CHECK(book.first_hand({}).empty());
}

}  // namespace
}  // namespace hs
