#include "lib/pacemaker/timing.h"

#include "lib/base/check.h"
#include "lib/base/limits.h"
#include "lib/base/uint128.h"

namespace hs {

bool is_epoch_change_view(View view, std::uint32_t epoch_length) {
  HS_CHECK(epoch_length > 0);
  return view.value % epoch_length == 0;
}

std::uint64_t epoch_of(View view, std::uint32_t epoch_length) {
  const std::uint64_t begun = is_epoch_change_view(view, epoch_length) ? 0 : 1;
  return view.value / epoch_length + begun;
}

View last_view_of_epoch(View view, std::uint32_t epoch_length) {
  HS_CHECK(view.value <= number_max);
  return View{epoch_of(view, epoch_length) * epoch_length};
}

Instant DeadlineGrid::deadline(View view, Duration view_timeout) const {
  HS_CHECK(view >= first);
  HS_CHECK(view_timeout >= Duration::zero());
  const Uint128 views = Uint128{view.value - first.value} + 1;
  const Uint128 wait = views * static_cast<std::uint64_t>(view_timeout.count());
  // Far-off views (up to 2^63 of them) must not wrap round to the past. The subtraction is done
  // unsigned because the whole range of Instant is twice what Duration can hold.
  const std::uint64_t room = static_cast<std::uint64_t>(Instant::max().time_since_epoch().count()) -
                             static_cast<std::uint64_t>(t0.time_since_epoch().count());
  if (wait >= room) return Instant::max();
  const auto since_epoch =
      static_cast<std::uint64_t>(t0.time_since_epoch().count()) + static_cast<std::uint64_t>(wait);
  return Instant{Duration{static_cast<Duration::rep>(since_epoch)}};
}

Instant reference_deadline(const DeadlineGrid& grid, View view, Duration view_timeout) {
  return grid.deadline(view, std::chrono::floor<std::chrono::seconds>(view_timeout));
}

}  // namespace hs
