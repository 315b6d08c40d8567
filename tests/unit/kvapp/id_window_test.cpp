#include "lib/kvapp/id_window.h"

#include "lib/kvapp/limits.h"
#include "tests/support/catch.h"

namespace hs::kv {
namespace {

// Ids that agree in what the index looks at, and differ behind it.
TransactionId similar_id(std::uint8_t n) {
  TransactionId id;
  id.bytes.back() = n;
  return id;
}

TransactionId distinct_id(std::uint64_t n) {
  TransactionId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

}  // namespace

TEST_CASE("the window keeps the newest heights and forgets the oldest", "[kvapp]") {
  IdWindow window(0);
  CHECK_FALSE(window.covered().has_value());
  for (std::uint64_t height = 0; height < remembered_heights + 5; ++height) {
    window.append(Height{height}, {distinct_id(height)});
  }
  CHECK(window.covered()->first == Height{5});
  CHECK(window.covered()->last == Height{remembered_heights + 4});
  CHECK(window.size() == remembered_heights);
  CHECK_FALSE(window.may_contain(distinct_id(4)));
  CHECK(window.candidates(distinct_id(5)) == std::vector<Height>{Height{5}});
  CHECK(window.may_contain(distinct_id(remembered_heights + 4)));
}

TEST_CASE("a block that does not follow the last starts the window anew", "[kvapp]") {
  IdWindow window(0);
  window.append(Height{7}, {distinct_id(7)});
  window.append(Height{9}, {distinct_id(9)});
  CHECK(window.covered()->first == Height{9});
  CHECK_FALSE(window.may_contain(distinct_id(7)));
  window.append(Height{9}, {});
  CHECK_FALSE(window.may_contain(distinct_id(9)));
  CHECK(window.size() == 0);
}

TEST_CASE("ids that look alike to the index are kept apart by height", "[kvapp]") {
  IdWindow window(42);
  window.append(Height{0}, {similar_id(1)});
  window.append(Height{1}, {similar_id(2)});
  CHECK(window.candidates(similar_id(3)) == std::vector<Height>{Height{0}, Height{1}});
  for (std::uint64_t height = 2; height <= remembered_heights; ++height) {
    window.append(Height{height}, {});
  }
  // Height 0 has left, and took its own entry with it.
  CHECK(window.candidates(similar_id(3)) == std::vector<Height>{Height{1}});
}

}  // namespace hs::kv
