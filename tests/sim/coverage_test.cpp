// What the profiles promise to bring about does happen: checks that never had anything to look at
// would prove nothing.
#include "lib/sim/disk/level_disk.h"
#include "lib/sim/coverage.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

TEST_CASE("a handful of seeds meets every kind of fault and event", "[sim]") {
  Marks marks;
  bool real_signatures = false;
  bool kv = false;
  for (const Profile profile :
       {Profile::swarm, Profile::crash, Profile::partition, Profile::sync, Profile::vsu,
        Profile::disk, Profile::byz}) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const PlanRequest request{.seed = seed, .profile = profile, .nodes = {}, .views = 60};
      const Plan plan = make_plan(request);
      real_signatures = real_signatures || plan.real_signatures;
      kv = kv || plan.work.app == AppKind::kv;
      const RunResult result = run_seed(request, {.real_disk = make_level_disk});
      INFO(replay_line(request));
      REQUIRE_FALSE(result.violation.has_value());
      marks.add(result.marks);
    }
  }
  CHECK(real_signatures);
  CHECK(kv);
  for (const std::string& name : missing_marks(marks)) FAIL_CHECK("never happened: " << name);
}

}  // namespace
}  // namespace hs::sim
