// Time as the core knows it: a value that comes in with every input. The clock has no now(), so
// nothing below the drivers can ask what time it is.
#pragma once
#include <chrono>

namespace hs {

using Duration = std::chrono::nanoseconds;

struct DriverClock {  // monotone; its epoch is whatever the driver chose
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<DriverClock>;
  static constexpr bool is_steady = true;
};
using Instant = DriverClock::time_point;

using std::chrono::milliseconds;
using namespace std::chrono_literals;

}  // namespace hs
