#include "lib/sim/disk/level_disk.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"
#include "tests/support/counts.h"
#include "tests/support/counts.h"

namespace hs::sim {
namespace {

PlanRequest request(std::uint64_t seed, Profile profile) {
  return {.seed = seed, .profile = profile, .nodes = {}, .views = 100};
}

TEST_CASE("two hundred runs are had twice, the same to the last byte", "[sim][twice]") {
  const std::uint64_t seeds = is_sanitized() ? 1 : 16;  // of each profile
  CHECK((is_sanitized() || seeds * profiles.size() >= 200));
  for (const Profile profile : profiles) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const RunResult once = run_seed(request(seed, profile), {.real_disk = make_level_disk});
      const RunResult again = run_seed(request(seed, profile), {.real_disk = make_level_disk});
      INFO(name_of(profile) << " " << seed);
      CHECK(once.hash == again.hash);
      CHECK(once.commits == again.commits);
      CHECK(once.virtual_time == again.virtual_time);
    }
  }
}

TEST_CASE("a run from its tape is the same run to the last byte", "[sim][tape]") {
  const std::uint64_t seeds = is_sanitized() ? 1 : 6;
  for (const Profile profile : profiles) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      Tape tape;
      const PlanRequest what = request(seed, profile);
      const RunResult once =
          run_seed(what, {.tape = {.record = &tape}, .real_disk = make_level_disk});
      INFO(name_of(profile) << " " << seed);
      CHECK(once.hash == run_seed(what, {.real_disk = make_level_disk}).hash);
      CHECK(once.hash ==
            run_seed(what, {.tape = {.play = &tape}, .real_disk = make_level_disk}).hash);
    }
  }
}

// In this seed reads have tables merged just before a write and before a crash.
TEST_CASE("the pace of LevelDB's own thread does not show in a run", "[sim][twice]") {
  const PlanRequest what{.seed = 509, .profile = Profile::disk, .nodes = {}, .views = {}};
  const Hash once = run_seed(what, {.real_disk = make_level_disk}).hash;
  for (int again = 0; again < 4; ++again) {
    CHECK(run_seed(what, {.real_disk = make_level_disk}).hash == once);
  }
}

TEST_CASE("another seed gives another run", "[sim]") {
  CHECK(run_seed(request(1, Profile::swarm)).hash != run_seed(request(2, Profile::swarm)).hash);
}

TEST_CASE("reading along changes nothing", "[sim]") {
  std::size_t lines = 0;
  const TraceSink count = [&](Instant, NodeIndex, const std::string&) { ++lines; };
  CHECK(run_seed(request(5, Profile::swarm)).hash ==
        run_seed(request(5, Profile::swarm), {.trace = count}).hash);
  CHECK(lines > 100);
}

}  // namespace
}  // namespace hs::sim
