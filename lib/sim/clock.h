// A node's clock: starts anywhere and runs a little fast or slow. The core must not mind.
#pragma once
#include <cstdint>

#include "lib/base/time.h"
#include "lib/base/uint128.h"

namespace hs::sim {

class NodeClock {
 public:
  // |drift_ppm| < 1,000,000.
  NodeClock(std::int32_t drift_ppm, Duration offset)
      : rate_(static_cast<std::uint64_t>(1'000'000 + drift_ppm)), offset_(offset) {}

  // What the node's clock shows at a time of the world.
  [[nodiscard]] Instant local(Instant world) const {
    return Instant(offset_ + Duration(static_cast<Duration::rep>(
                                 Uint128(count(world.time_since_epoch())) * rate_ / million)));
  }
  // The first time of the world at which the node's clock shows at least `local_time`; the start of
  // the world for what lies before it.
  [[nodiscard]] Instant world(Instant local_time) const {
    const Duration since = local_time.time_since_epoch() - offset_;
    if (since <= Duration{0}) return Instant{};
    const Uint128 scaled = Uint128(count(since)) * million;
    return Instant(Duration(static_cast<Duration::rep>((scaled + rate_ - 1) / rate_)));
  }

 private:
  static constexpr std::uint64_t million = 1'000'000;
  static std::uint64_t count(Duration duration) {
    return static_cast<std::uint64_t>(duration.count());
  }
  std::uint64_t rate_;  // nanoseconds shown in a millisecond of the world
  Duration offset_;
};

}  // namespace hs::sim
