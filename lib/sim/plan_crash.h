// Crash points counted through instead of drawn: the seed of the profile crashpoint is a position
// in a list of all of them. [RELIABILITY 3, crash]
#pragma once
#include "lib/base/rng.h"
#include "lib/sim/plan.h"

namespace hs::sim {

// Effects of all nodes together that are counted through in each base run: the writes, voting
// records and sends from the start of a chain of four to view thirty or so.
inline constexpr std::uint64_t crash_effects = 500;
// Unless the caller wants others.
inline constexpr std::uint64_t views_of_crash_points = 30;

// What the seed of a crash point stands for: seed = (base * crash_effects + effect - 1) * 3 + kept.
struct CrashPointNumber {
  std::uint64_t base = 0;         // the run, equal up to the crash for all of its points
  std::uint64_t effect = 1;       // the one before which somebody dies, 1 ..= crash_effects
  Survival kept = Survival::all;  // of what was not synced; or none, or prefix
};
[[nodiscard]] CrashPointNumber crash_point_of(std::uint64_t seed);

// Every second base run changes its validator set while effects are counted.
[[nodiscard]] constexpr bool has_set_changes(std::uint64_t base) { return base % 2 == 1; }
// And every second pair of them has its disks over LevelDB.
[[nodiscard]] constexpr bool has_real_disks(std::uint64_t base) { return base / 2 % 2 == 1; }

// The rest of the plan of that crash point; `rng` is drawn from alike for all points of a base run.
void draw_crash_point(Rng& rng, Plan& plan, const CrashPointNumber& point);

}  // namespace hs::sim
