#include "lib/sim/plan_crash.h"

#include <array>
#include <string>

namespace hs::sim {
namespace {

// Batches are few between two syncs: losing one in the middle is left to the profiles crash and
// disk.
constexpr std::array survivals{Survival::all, Survival::none, Survival::prefix};

Duration draw(Rng& rng, Duration low, Duration high) {
  return Duration(static_cast<Duration::rep>(rng.between(
      static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count()))));
}

}  // namespace

CrashPointNumber crash_point_of(std::uint64_t seed) {
  return {.base = seed / survivals.size() / crash_effects,
          .effect = 1 + seed / survivals.size() % crash_effects,
          .kept = survivals[seed % survivals.size()]};
}

void draw_crash_point(Rng& rng, Plan& plan, const CrashPointNumber& point) {
  plan.start_spread = draw(rng, Duration{0}, milliseconds(10));
  plan.work.interval_max = draw(rng, milliseconds(1), milliseconds(100));
  if (rng.chance(1, 2)) plan.config.epoch_length = static_cast<std::uint32_t>(rng.between(2, 10));
  plan.disk.is_real = has_real_disks(point.base);
  if (has_set_changes(point.base)) {
    plan.work.app = AppKind::counter;
    plan.churn.interval_max = draw(rng, milliseconds(10), milliseconds(200));
    plan.churn.changes_max = static_cast<std::uint32_t>(rng.between(1, 4));
  }
  // Back at once, where the view in which it died goes on, or after it has been missed.
  Rng of_point = Rng(point.base).substream("point " + std::to_string(point.effect));
  const Duration most = of_point.chance(2, 3) ? milliseconds(20) : milliseconds(3'000);
  plan.crash = CountedCrash{.effect = point.effect,
                            .kept = point.kept,
                            .away = draw(of_point, std::chrono::microseconds(50), most)};
}

}  // namespace hs::sim
