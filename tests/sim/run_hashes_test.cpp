// Run hashes that are written down: whatever compiler, machine and kind of build runs a seed must
// come to the same one.
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "lib/base/hex.h"
#include "lib/sim/disk/level_disk.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

constexpr const char* path = HS_SOURCE_DIR "/tests/sim/run_hashes.tsv";
constexpr const char* head =
    "# Hashes of whole runs of 60 views: PROFILE, SEED, HASH. Every build must come to them.\n"
    "# After a change that is meant to change what runs do, write them anew and say why:\n"
    "#   build/release/tests/sim/test_sim_seeds '[write-hashes]'\n";

std::string line_of(Profile profile, std::uint64_t seed) {
  const PlanRequest request{.seed = seed, .profile = profile, .nodes = {}, .views = 60};
  const RunResult result = run_seed(request, {.real_disk = make_level_disk});
  INFO(replay_line(request));
  CHECK_FALSE(result.violation.has_value());
  return std::string(name_of(profile)) + "\t" + std::to_string(seed) + "\t" +
         to_hex(result.hash.view());
}

TEST_CASE("runs have the hashes that are written down, in every build", "[sim][hashes]") {
  std::ifstream file(path);
  REQUIRE(file.good());
  std::set<std::string> seen;
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string name;
    std::uint64_t seed = 0;
    REQUIRE(words >> name >> seed);
    const auto profile = profile_from(name);
    REQUIRE(profile.has_value());
    seen.insert(name);
    CHECK(line_of(*profile, seed) == line);
  }
  CHECK(seen.size() == profiles.size());
}

// Hidden: run it by its tag.
TEST_CASE("the hashes of runs are written down anew", "[.][write-hashes]") {
  std::ofstream file(path);
  file << head;
  for (const Profile profile : profiles) {
    // The second is a crash point of a base run over LevelDB.
    for (const std::uint64_t seed : {1, 9'400}) file << line_of(profile, seed) << "\n";
  }
  CHECK(file.good());
}

}  // namespace
}  // namespace hs::sim
