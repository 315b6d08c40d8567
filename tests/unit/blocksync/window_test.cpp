#include "lib/blocksync/window.h"

#include "tests/support/catch.h"

namespace hs {

TEST_CASE("the first height that nobody has been asked for is after ranges that touch",
          "[blocksync]") {
  CHECK(first_uncovered(Height{5}, {}) == Height{5});
  CHECK(first_uncovered(Height{5}, {{Height{6}, Height{9}}}) == Height{5});
  CHECK(first_uncovered(Height{5}, {{Height{10}, Height{14}}, {Height{5}, Height{9}}}) ==
        Height{15});
  CHECK(first_uncovered(Height{5}, {{Height{11}, Height{14}}, {Height{5}, Height{9}}}) ==
        Height{10});
  CHECK(first_uncovered(Height{5}, {{Height{0}, Height{7}}, {Height{3}, Height{6}}}) == Height{8});
  CHECK(first_uncovered(Height{5}, {{Height{0}, Height{4}}}) == Height{5});
}

}  // namespace hs
