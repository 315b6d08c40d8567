// I28: whoever dies wherever in an update, the chain goes on. The points are counted, not drawn: in
// a run without a crash the update takes so many effects of all nodes together, and the run is had
// again with a death before each of them.
#include <map>

#include "lib/sim/churn.h"
#include "tests/support/catch.h"
#include "tests/support/counts.h"

namespace hs::sim {
namespace {

using Members = std::map<NodeIndex, Power>;

struct Story {
  const char* name;
  std::size_t validators;
  std::size_t nodes;
  Members after;
};

Members members(std::initializer_list<NodeIndex> nodes) {
  Members result;
  for (const NodeIndex node : nodes) result[node] = Power{1};
  return result;
}

Plan plan_of(const Story& story) {
  Plan plan =
      make_plan({.seed = 3, .profile = Profile::calm, .nodes = story.validators, .views = {}});
  plan.powers.resize(story.nodes, Power{0});
  plan.drift_ppm.assign(story.nodes, 0);
  plan.config.idle_interval = milliseconds(20);
  plan.work.app = AppKind::counter;
  return plan;
}

struct Outcome {
  std::optional<Violation> violation;
  bool is_done = false;       // the update is committed, and blocks after it
  std::uint64_t effects = 0;  // from the request to the first blocks after the update
  std::uint64_t pause = 0;    // the longest, in views
};

// `fatal`: the effect of the update before which somebody dies; 0 for none.
Outcome run_story(const Story& story, std::uint64_t fatal, Survival survival, bool comes_back) {
  Plan plan = plan_of(story);
  plan.check_pause = fatal == 0;
  World world(plan);
  for (NodeIndex node = 0; node < plan.nodes(); ++node) world.start(node);
  world.run_until(Instant(milliseconds(1'200)));
  world.heal();
  const Monitor& monitor = world.monitor();
  const auto commit_more = [&](std::uint64_t blocks) {
    const std::uint64_t goal = monitor.committed_blocks() + blocks;
    const Instant end = world.now() + 2 * commit_bound(plan, world.cast());
    while (monitor.committed_blocks() < goal && world.advance(end)) continue;
    return monitor.committed_blocks() >= goal;
  };
  REQUIRE(commit_more(3));
  const std::uint64_t before = world.effects();
  std::optional<Duration> away;
  if (comes_back) away = milliseconds(2'500);
  if (fatal > 0) {
    world.crash_at_effect(before + fatal,
                          {.point = CrashPoint::at_once, .survival = survival, .away = away});
  }
  Churn churn(world, Rng(1));
  churn.change_to(story.after, story.name);
  const Bytes change = churn.latest();
  const Instant end = world.now() + 2 * commit_bound(plan, world.cast());
  while (!monitor.is_committed(change) && world.advance(end)) continue;
  Outcome outcome;
  outcome.is_done = commit_more(4);
  outcome.effects = world.effects() - before;
  if (fatal > 0 && outcome.is_done) {
    // The last fault is over: from here on G10 wants everybody that runs at the same blocks.
    for (NodeIndex node = 0; node < world.size(); ++node) {
      if (!comes_back && !world.is_running(node)) plan.dead.push_back(node);
    }
    world.heal();
    const Instant last = world.now() + 3 * commit_bound(plan, world.cast());
    while (!monitor.progress().is_satisfied() && world.advance(last)) continue;
    outcome.is_done = monitor.progress().is_satisfied();
  }
  outcome.violation = world.violation();
  outcome.pause = monitor.progress().longest_pause();
  return outcome;
}

void crash_everywhere(const Story& story) {
  const Outcome calm = run_story(story, 0, Survival::all, true);
  INFO(story.name << ": " << to_string(calm.violation.value_or(Violation{})));
  REQUIRE_FALSE(calm.violation.has_value());
  REQUIRE(calm.is_done);
  CHECK(calm.pause <= 6);
  const std::uint64_t points = full_counts() ? calm.effects : is_sanitized() ? 6 : 16;
  for (std::uint64_t i = 0; i < points; ++i) {
    const std::uint64_t fatal = 1 + i * calm.effects / points;
    const auto survival = static_cast<Survival>(fatal % 2);  // the process dies, or the power fails
    const bool comes_back = fatal / 2 % 2 == 0;
    const Outcome outcome = run_story(story, fatal, survival, comes_back);
    INFO("a death before effect " << fatal << " of " << calm.effects);
    INFO(to_string(outcome.violation.value_or(Violation{})));
    CHECK_FALSE(outcome.violation.has_value());
    CHECK(outcome.is_done);
  }
}

TEST_CASE("a member is added, and somebody dies", "[sim][crashpoints][I28]") {
  crash_everywhere({"add", 4, 5, members({0, 1, 2, 3, 4})});
}
TEST_CASE("a member is removed, and somebody dies", "[sim][crashpoints][I28]") {
  crash_everywhere({"remove", 5, 5, members({0, 1, 2, 3})});
}
TEST_CASE("a member changes places with another, and somebody dies", "[sim][crashpoints][I28]") {
  crash_everywhere({"swap", 4, 5, members({0, 1, 2, 4})});
}
TEST_CASE("the whole set is replaced, and somebody dies", "[sim][crashpoints][I28]") {
  crash_everywhere({"replace all", 4, 8, members({4, 5, 6, 7})});
}
TEST_CASE("powers change, and somebody dies", "[sim][crashpoints][I28]") {
  crash_everywhere({"power", 4, 4, {{0, Power{2}}, {1, Power{1}}, {2, Power{2}}, {3, Power{2}}}});
}
TEST_CASE("four become seven, and somebody dies", "[sim][crashpoints][I28]") {
  crash_everywhere({"grow", 4, 7, members({0, 1, 2, 3, 4, 5, 6})});
}

}  // namespace
}  // namespace hs::sim
