// Commits go on with as many dead as may be, in every position, within the bound that follows from
// the order of leaders; and for very long with nobody dead.
#include "lib/sim/run.h"
#include "tests/support/catch.h"
#include "tests/support/counts.h"

namespace hs::sim {
namespace {

void run_with_dead(std::size_t nodes, const std::vector<NodeIndex>& dead) {
  const std::uint64_t seeds = full_counts() ? 100 : 2;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const PlanRequest request{
        .seed = seed, .profile = Profile::silent, .nodes = nodes, .views = 200};
    Plan plan = make_plan(request);
    plan.dead = dead;
    const auto bound = gap_bound(plan, Cast(plan));
    REQUIRE(bound.has_value());
    const RunResult result = run_plan(request, plan);
    INFO(nodes << " nodes, seed " << seed << ", dead " << dead.front() << " and " << dead.back());
    CHECK_FALSE(result.violation.has_value());
    CHECK(result.commits >= 40);
    CHECK(result.longest_gap > Duration{0});
    CHECK(result.longest_gap <= *bound);
  }
}

TEST_CASE("four validators commit without any one of them", "[sim][dead][G12][S47]") {
  for (NodeIndex dead = 0; dead < 4; ++dead) run_with_dead(4, {dead});
}

TEST_CASE("seven validators commit without any two of them", "[sim][dead][G12][S47]") {
  for (NodeIndex one = 0; one < 7; ++one) {
    for (NodeIndex other = one + 1; other < 7; ++other) run_with_dead(7, {one, other});
  }
}

// The world forgets what no node will ask for, so that length costs time and no memory.
TEST_CASE("a hundred thousand views of four validators pass without a stall", "[sim][views]") {
  const std::uint64_t views = full_counts() ? 1'000'000 : is_sanitized() ? 5'000 : 100'000;
  constexpr std::uint64_t kept_heights = 100;
  constexpr std::uint64_t forget_interval = 1'000;  // views
  Plan plan = make_plan({.seed = 1, .profile = Profile::calm, .nodes = 4, .views = views});
  plan.check_pause = true;
  World world(plan);
  for (NodeIndex node = 0; node < 4; ++node) world.start(node);
  world.run_until(Instant(milliseconds(1'500)));
  world.heal();
  const Monitor& monitor = world.monitor();
  for (std::uint64_t goal = forget_interval; goal <= views; goal += forget_interval) {
    const Instant end = world.now() + plan.config.view_timeout * forget_interval;
    while (monitor.highest_view().value < goal && world.advance(end)) continue;
    REQUIRE(monitor.highest_view().value >= goal);
    if (monitor.committed_blocks() > kept_heights + 1) {
      world.forget_below(Height{monitor.committed_blocks() - 1 - kept_heights});
    }
  }
  INFO(to_string(world.violation().value_or(Violation{})));
  CHECK_FALSE(world.violation().has_value());
  CHECK(monitor.committed_blocks() + 10 > views);
  CHECK_FALSE(monitor.marks().table().contains("ViewTimeout"));
}

}  // namespace
}  // namespace hs::sim
