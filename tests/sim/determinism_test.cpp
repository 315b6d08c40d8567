#include "lib/sim/disk/level_disk.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"
#include "tests/support/counts.h"

namespace hs::sim {
namespace {

PlanRequest request(std::uint64_t seed, Profile profile) {
  return {.seed = seed, .profile = profile, .nodes = {}, .views = 100};
}

TEST_CASE("the same seed gives the same run to the last byte", "[sim]") {
  for (const Profile profile : profiles) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
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
