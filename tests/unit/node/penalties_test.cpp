#include "lib/node/penalties.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

const PublicKey peer = test::test_key(1).public_key();
const PublicKey other = test::test_key(2).public_key();
const Instant start{std::chrono::hours(1)};

}  // namespace

TEST_CASE("a hundred failed checks a second are borne, one more is not", "[node]") {
  Penalties penalties;
  for (unsigned i = 0; i < failures_per_second_max; ++i) {
    CHECK_FALSE(penalties.failed(peer, start));
  }
  CHECK_FALSE(penalties.is_banished(peer));
  CHECK(penalties.failed(peer, start));
  CHECK(penalties.is_banished(peer));
  CHECK_FALSE(penalties.is_banished(other));
}

TEST_CASE("failures that are spread over seconds are forgotten", "[node]") {
  Penalties penalties;
  for (unsigned i = 0; i < 20 * failures_per_second_max; ++i) {
    CHECK_FALSE(penalties.failed(peer, start + i * milliseconds(11)));
  }
}

TEST_CASE("a banishment ends", "[node]") {
  Penalties penalties;
  CHECK_FALSE(penalties.next_expiry());
  for (unsigned i = 0; i <= failures_per_second_max; ++i) (void)penalties.failed(peer, start);
  REQUIRE(penalties.next_expiry() == start + banishment);
  CHECK_FALSE(penalties.expire(start + banishment - milliseconds(1)));
  CHECK(penalties.is_banished(peer));
  CHECK(penalties.expire(start + banishment));
  CHECK_FALSE(penalties.is_banished(peer));
}

}  // namespace hs
