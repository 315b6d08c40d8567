#include "lib/pacemaker/timing.h"

#include "lib/base/limits.h"
#include "lib/base/rng.h"
#include "tests/support/catch.h"

namespace hs::test {

TEST_CASE("view 0 is an epoch of its own, and each epoch ends with a multiple of N",
          "[pacemaker]") {
  CHECK(epoch_of(View{0}, 10) == 0);
  CHECK(is_epoch_change_view(View{0}, 10));
  CHECK(epoch_of(View{1}, 10) == 1);
  CHECK(epoch_of(View{10}, 10) == 1);
  CHECK(epoch_of(View{11}, 10) == 2);
  CHECK(is_epoch_change_view(View{10}, 10));
  CHECK_FALSE(is_epoch_change_view(View{11}, 10));
  CHECK(last_view_of_epoch(View{0}, 10) == View{0});
  CHECK(last_view_of_epoch(View{1}, 10) == View{10});
  CHECK(last_view_of_epoch(View{10}, 10) == View{10});
}

TEST_CASE("every view's epoch ends at or after it, with an epoch-change view", "[pacemaker]") {
  Rng rng(2);
  for (int i = 0; i < 500; ++i) {
    const auto length =
        static_cast<std::uint32_t>(rng.between(1, rng.chance(1, 2) ? 5 : 1'000'000));
    const View view{rng.chance(1, 2) ? rng.below(200) : number_max - rng.below(200)};
    CAPTURE(length, view.value);
    const View last = last_view_of_epoch(view, length);
    CHECK(last >= view);
    CHECK(last.value - view.value < length);
    CHECK(is_epoch_change_view(last, length));
    CHECK(epoch_of(last, length) == epoch_of(view, length));
    CHECK(epoch_of(next(last), length) == epoch_of(view, length) + 1);
  }
}

TEST_CASE("each view of the grid gets one T, to the nanosecond (S09)", "[pacemaker][S09][I33]") {
  const DeadlineGrid grid{.t0 = Instant{5s}, .first = View{11}};
  CHECK(grid.deadline(View{11}, 1500ms) == Instant{6500ms});
  CHECK(grid.deadline(View{12}, 1500ms) == Instant{8s});
  CHECK(grid.deadline(View{11}, Duration{1}) == Instant{5s} + Duration{1});
  CHECK(grid.deadline(View{11}, Duration::zero()) == grid.t0);
}

TEST_CASE("deadlines never wrap round to the past", "[pacemaker][S29]") {
  const DeadlineGrid grid{.t0 = Instant{5s}, .first = View{0}};
  CHECK(grid.deadline(View{number_max}, 1s) == Instant::max());
  CHECK(grid.deadline(View{number_max}, Duration::max()) == Instant::max());
  CHECK(grid.deadline(View{9'000'000'000}, 1s) == Instant{9'000'000'006s});
  CHECK(grid.deadline(View{10'000'000'000}, 1s) == Instant::max());
  const DeadlineGrid early{.t0 = Instant::min(), .first = View{0}};
  CHECK(early.deadline(View{0}, 1s) == Instant::min() + 1s);
  CHECK(early.deadline(View{number_max}, 1s) == Instant::max());
}

TEST_CASE("the reference drops fractions of a second", "[pacemaker][S09]") {
  const DeadlineGrid grid{.t0 = Instant{100ms}, .first = View{1}};
  CHECK(reference_deadline(grid, View{2}, 1900ms) == Instant{2100ms});
  CHECK(reference_deadline(grid, View{1}, 999ms) == grid.t0);
}

}  // namespace hs::test
