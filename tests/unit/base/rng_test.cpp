#include "lib/base/rng.h"

#include <array>

#include "tests/support/catch.h"

namespace hs::test {

TEST_CASE("a seed gives the same numbers on every machine", "[base]") {
  Rng rng(0x5eed);
  const std::array<std::uint64_t, 3> first = {rng.next(), rng.next(), rng.next()};
  Rng again(0x5eed);
  CHECK(first == std::array<std::uint64_t, 3>{again.next(), again.next(), again.next()});
  // The published xoshiro256** from a SplitMix64 state of 0: written out, so that a change of the
  // generator cannot pass unnoticed and make every recorded seed worthless.
  Rng zero(0);
  CHECK(zero.next() == 0x99ec5f36cb75f2b4);
  CHECK(zero.next() == 0xbf6e1f784956452a);
}

TEST_CASE("numbers below a bound reach every value and no other", "[base]") {
  Rng rng(7);
  std::array<int, 5> counts{};
  for (int i = 0; i < 5000; ++i) ++counts.at(rng.below(5));
  for (const int count : counts) CHECK(count > 800);
}

TEST_CASE("numbers between bounds include both bounds", "[base]") {
  Rng rng(8);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t number = rng.between(3, 5);
    REQUIRE(number >= 3);
    REQUIRE(number <= 5);
    low = low || number == 3;
    high = high || number == 5;
  }
  CHECK(low);
  CHECK(high);
  CHECK(rng.between(9, 9) == 9);
  (void)rng.between(0, ~std::uint64_t{0});  // the whole range has no bound to multiply by
}

TEST_CASE("a chance of none never happens and a chance of all always does", "[base]") {
  Rng rng(9);
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(rng.chance(0, 10));
    CHECK(rng.chance(10, 10));
  }
}

TEST_CASE("a substream does not depend on what was drawn before", "[base]") {
  Rng fresh(42);
  Rng used(42);
  for (int i = 0; i < 10; ++i) (void)used.next();
  CHECK(fresh.substream("delay").next() == used.substream("delay").next());
  CHECK(fresh.substream("delay").next() != fresh.substream("loss").next());
  CHECK(fresh.substream("delay").next() != Rng(43).substream("delay").next());
}

}  // namespace hs::test
