// Which views end an epoch, and when a view has lasted long enough: arithmetic without state.
// [PROTOCOL 4.1, 4.3, S09, S49]
#pragma once
#include <cstdint>

#include "lib/base/time.h"
#include "lib/types/scalars.h"

namespace hs {

// Epoch 0 is view 0 alone; epoch e >= 1 is the views (e-1)*N + 1 ..= e*N, and its last view is the
// one that only a certificate can end. N (`epoch_length`, in views) must be the same everywhere.
// All of these require epoch_length >= 1.
[[nodiscard]] bool is_epoch_change_view(View view, std::uint32_t epoch_length);
[[nodiscard]] std::uint64_t epoch_of(View view, std::uint32_t epoch_length);  // ceil(view / N)
// The epoch-change view of the epoch that `view` belongs to: `view` itself if it is one.
// Requires view <= number_max.
[[nodiscard]] View last_view_of_epoch(View view, std::uint32_t epoch_length);

// When the views of an epoch end if nothing happens: each gets one T, counted from a common start.
// Laid out when an epoch is entered and again when a certificate brings a view early, so that time
// saved by quick views is not banked for a bad leader. [S49]
struct DeadlineGrid {
  Instant t0;  // when `first` was entered
  View first;

  // t0 + T * (view - first + 1), or the last instant there is if that lies beyond it. Exact, no
  // truncation to seconds [S09]. Requires view >= first and view_timeout >= 0.
  [[nodiscard]] Instant deadline(View view, Duration view_timeout) const;

  friend bool operator==(const DeadlineGrid&, const DeadlineGrid&) = default;
};

// The same in the way of the reference, which drops fractions of a second (so that a T below one
// second ends every view at once). For deployments that contain such replicas.
[[nodiscard]] Instant reference_deadline(const DeadlineGrid& grid, View view,
                                         Duration view_timeout);

}  // namespace hs
