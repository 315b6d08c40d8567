// What the profiles promise to bring about does happen: checks that never had anything to look at
// would prove nothing.
#include "lib/sim/coverage.h"

#include <stdexcept>

#include "lib/base/check.h"
#include "lib/sim/disk/level_disk.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"
#include "tests/support/counts.h"

namespace hs::sim {
namespace {

// Seeds 1 to this one of each profile, 60 views each.
std::uint64_t seeds_of(Profile profile) {
  switch (profile) {
    case Profile::byz:
      return 600;  // every strategy sends every kind of message
    case Profile::twins:
      return 400;  // two certified branches
    case Profile::overload:
      return 12;
    case Profile::clients:
      return 10;
    default:
      return 30;
  }
}

TEST_CASE("fixed seeds meet every kind of fault, event, refusal and corner", "[sim]") {
  Marks marks;
  bool real_signatures = false;
  bool kv = false;
  // Under sanitizers a few of each, which cannot meet everything.
  const std::uint64_t part = is_sanitized() ? 10 : 1;
  for (const Profile profile : marked_profiles) {
    for (std::uint64_t seed = 1; seed <= seeds_of(profile) / part; ++seed) {
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
  if (is_sanitized()) return;
  CHECK(real_signatures);
  CHECK(kv);
  for (const std::string& name : missing_marks(marks)) FAIL_CHECK("never happened: " << name);
}

// HS_CHECK inside a simulated replica, or an exception that nobody catches.
TEST_CASE("a check that fails inside of a run is a broken rule of that run", "[sim]") {
  const PlanRequest request{.seed = 1, .profile = Profile::calm, .nodes = {}, .views = 10};
  const auto fails_with = [&](const TraceSink& trace) {
    const RunResult result = run_seed(request, {.trace = trace});
    REQUIRE(result.violation.has_value());
    CHECK(result.violation->rule == "check");
    return result.violation->what;
  };
  const std::string what =
      fails_with([](Instant, NodeIndex, const std::string& line) { HS_CHECK(line.empty()); });
  CHECK(what.find("line.empty(), at ") != std::string::npos);
  const std::string thrown = fails_with(
      [](Instant, NodeIndex, const std::string&) { throw std::runtime_error("on purpose"); });
  CHECK(thrown == "nobody catches: on purpose");
  CHECK_FALSE(run_seed(request).violation.has_value());
}

}  // namespace
}  // namespace hs::sim
