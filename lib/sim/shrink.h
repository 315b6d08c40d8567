// Makes a failing run small: fewer nodes and views first, then delta debugging over everything that
// goes wrong in it (Zeller and Hildebrandt 2002), then over what is merely late. A smaller run
// counts as the same failure if it breaks the same rule.
#pragma once
#include <cstdint>
#include <functional>

#include "lib/sim/repro.h"

namespace hs::sim {

struct ShrinkSettings {
  // What counts as a failure.
  std::function<std::optional<Violation>(const RunResult&)> failure_of =
      [](const RunResult& result) { return result.violation; };
  DiskFactory real_disk = nullptr;  // for plans that want the real tier
  std::uint64_t runs_max = 5'000;
  // Asked before each run; false: what has been reached so far has to do.
  std::function<bool()> may_go_on = [] { return true; };
  // Told after each run: how many there were, and the fault events of the smallest failure so far.
  std::function<void(std::uint64_t runs, std::size_t events)> progress = nullptr;
};

struct Shrunk {
  Repro repro;
  std::size_t events_before = 0;
  std::size_t events = 0;
  std::uint64_t runs = 0;
};

// None if the run breaks no rule.
[[nodiscard]] std::optional<Shrunk> shrink(const PlanRequest& request,
                                           const ShrinkSettings& settings = {});

}  // namespace hs::sim
