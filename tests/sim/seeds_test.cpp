// Fixed seeds of every profile: 10,000 of the profile swarm with 300 views each, 100,000 Twins
// scenarios, and fewer of what looks at one thing. A failure prints the line that has it again.
#include <fstream>
#include <sstream>

#include "lib/sim/disk/level_disk.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"
#include "tests/support/counts.h"

namespace hs::sim {
namespace {

void run_and_check(const PlanRequest& request) {
  const RunResult result = run_seed(request, {.real_disk = make_level_disk});
  if (!result.violation) {
    const Plan plan = make_plan(request);
    CHECK(result.views >= plan.views);
    if (plan.crash) CHECK(result.marks.table().contains("crash in a step"));
    return;
  }
  FAIL_CHECK(to_string(*result.violation) << "\nreplay: " << replay_line(request));
}

// Under sanitizers a quarter: what they look for shows in fewer runs, too.
void run_seeds(Profile profile, std::uint64_t first, std::uint64_t count) {
  if (is_sanitized()) count = (count + 3) / 4;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    run_and_check({.seed = seed, .profile = profile, .nodes = {}, .views = {}});
  }
}

TEST_CASE("calm seeds keep every rule", "[sim]") { run_seeds(Profile::calm, 1, 40); }

// One test case for each first seed, so that they spread over the cores.
TEMPLATE_TEST_CASE_SIG("swarm seeds, 500 from the first on, keep every rule", "[sim]",
                       ((std::uint64_t First), First), 1, 501, 1001, 1501, 2001, 2501, 3001, 3501,
                       4001, 4501, 5001, 5501, 6001, 6501, 7001, 7501, 8001, 8501, 9001, 9501) {
  run_seeds(Profile::swarm, First, is_sanitized() ? 5 : 500);
}

TEST_CASE("crash seeds 1 to 90 keep every rule", "[sim]") { run_seeds(Profile::crash, 1, 90); }
TEST_CASE("crash seeds 91 to 180 keep every rule", "[sim]") { run_seeds(Profile::crash, 91, 90); }

TEST_CASE("partition seeds 1 to 70 keep every rule", "[sim]") {
  run_seeds(Profile::partition, 1, 70);
}
TEST_CASE("partition seeds 71 to 140 keep every rule", "[sim]") {
  run_seeds(Profile::partition, 71, 70);
}

TEST_CASE("sync seeds keep every rule", "[sim]") { run_seeds(Profile::sync, 1, 80); }

TEST_CASE("commits go on within the bound while as many as may fail are dead", "[sim][G12]") {
  run_seeds(Profile::silent, 1, 120);
}

TEST_CASE("vsu seeds 1 to 30 keep every rule", "[sim][G6][I28]") { run_seeds(Profile::vsu, 1, 30); }
TEST_CASE("vsu seeds 101 to 130 keep every rule", "[sim][G6][I28]") {
  run_seeds(Profile::vsu, 101, 30);
}

TEST_CASE("disk seeds keep every rule", "[sim][disk]") { run_seeds(Profile::disk, 1, 80); }

TEST_CASE("byz seeds keep every rule", "[sim][byz]") { run_seeds(Profile::byz, 1, 32); }

TEST_CASE("every honest node notices a fork, and nothing else breaks", "[sim][fork]") {
  run_seeds(Profile::fork, 1, 20);
}

TEST_CASE("drawn twins scenarios keep every rule", "[sim][twins]") {
  run_seeds(Profile::twins, 1, 160);
}
// Four nodes in four views are counted through: here the first 100,000 of 262,144.
TEMPLATE_TEST_CASE_SIG("twins scenarios, 10,000 from the first on, keep every rule", "[sim][twins]",
                       ((std::uint64_t First), First), 1, 10001, 20001, 30001, 40001, 50001, 60001,
                       70001, 80001, 90001) {
  const std::uint64_t count = is_sanitized() ? 100 : 10'000;
  for (std::uint64_t seed = First; seed < First + count; ++seed) {
    run_and_check({.seed = seed, .profile = Profile::twins, .nodes = 4, .views = 4});
  }
}

// The first base runs of each kind: without and with set changes, over a map and over LevelDB.
TEST_CASE("crash points 0 to 1499 keep every rule", "[sim]") {
  run_seeds(Profile::crashpoint, 0, 1'500);
}
TEST_CASE("crash points 1500 to 2999 keep every rule", "[sim]") {
  run_seeds(Profile::crashpoint, 1'500, 1'500);
}
TEST_CASE("crash points 9000 to 10499 keep every rule", "[sim]") {
  run_seeds(Profile::crashpoint, 9'000, 1'500);
}
TEST_CASE("crash points 10500 to 11999 keep every rule", "[sim]") {
  run_seeds(Profile::crashpoint, 10'500, 1'500);
}

TEST_CASE("clients seeds keep every rule", "[sim][G8][G9]") { run_seeds(Profile::clients, 1, 60); }

TEST_CASE("overload seeds keep every rule", "[sim]") { run_seeds(Profile::overload, 1, 40); }

TEST_CASE("seeds that once failed do not fail again", "[sim]") {
  std::ifstream file(HS_SOURCE_DIR "/tests/sim/regressions.txt");
  REQUIRE(file.good());
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    PlanRequest request;
    std::string profile;
    if (!(words >> request.seed >> profile)) continue;
    const auto known = profile_from(profile);
    REQUIRE(known.has_value());
    request.profile = *known;
    if (std::size_t nodes = 0; words >> nodes) request.nodes = nodes;
    if (std::uint64_t views = 0; words >> views) request.views = views;
    run_and_check(request);
  }
}

}  // namespace
}  // namespace hs::sim
