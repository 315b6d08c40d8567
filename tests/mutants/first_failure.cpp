// Runs seeds of a simulation profile until a rule breaks, and prints the seed: how scripts/mutants
// learns how many seeds a planted bug survives. The bug is the one that HS_MUTATION names.
//
// usage: first_failure PROFILE FIRST COUNT
// Exit status: 0 if no seed failed, 9 if one did, 2 for bad arguments. A bug that breaks an
// assertion ends the process; the seed it happened in is the last that was printed.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include "lib/sim/disk/level_disk.h"
#include "lib/sim/run.h"

namespace {

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  const auto profile = argc == 4 ? hs::sim::profile_from(argv[1]) : std::nullopt;
  const auto first = argc == 4 ? number_from(argv[2]) : std::nullopt;
  const auto count = argc == 4 ? number_from(argv[3]) : std::nullopt;
  if (!profile || !first || !count) {
    std::fputs("usage: first_failure PROFILE FIRST COUNT\n", stderr);
    return 2;
  }
  for (std::uint64_t seed = *first; seed < *first + *count; ++seed) {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    const hs::sim::PlanRequest request{.seed = seed, .profile = *profile, .nodes = {}, .views = {}};
    const hs::sim::RunResult result =
        hs::sim::run_seed(request, {.real_disk = hs::sim::make_level_disk});
    if (!result.violation) continue;
    std::printf("failed %s\n", hs::sim::to_string(*result.violation).c_str());
    return 9;
  }
  return 0;
}
