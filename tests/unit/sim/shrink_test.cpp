#include "lib/sim/shrink.h"

#include "tests/support/catch.h"

namespace hs::sim {
namespace {

using Check = std::function<bool(const RunResult&)>;

// A make-believe rule, so that nothing of ours has to be broken.
ShrinkSettings broken_if(const Check& check) {
  ShrinkSettings settings;
  settings.failure_of = [check](const RunResult& result) -> std::optional<Violation> {
    if (!check(result)) return std::nullopt;
    return Violation{
        .rule = "X1", .what = "so it is", .node = 0, .at = Instant(result.virtual_time)};
  };
  return settings;
}

std::uint64_t times(const RunResult& result, const std::string& mark) {
  const auto table = result.marks.table();
  const auto found = table.find(mark);
  return found == table.end() ? 0 : found->second;
}

PlanRequest request(std::uint64_t seed, Profile profile, std::uint64_t views = 60) {
  return {.seed = seed, .profile = profile, .nodes = {}, .views = views};
}

TEST_CASE("what takes two crashes shrinks to two crashes", "[sim][shrink]") {
  const auto settings = broken_if([](const RunResult& result) {
    return times(result, "process killed") + times(result, "power lost") >= 2;
  });
  const auto shrunk = shrink(request(3, Profile::crash), settings);
  REQUIRE(shrunk);
  CHECK(shrunk->events_before > shrunk->events);
  CHECK(shrunk->events <= 2);  // a crash of all is one event
  CHECK(shrunk->events == fault_events(shrunk->repro).size());
  CHECK(settings.failure_of(run_repro(shrunk->repro)).has_value());
}

TEST_CASE("a crash point that is needed stays", "[sim][shrink]") {
  const auto shrunk = shrink(
      request(1'800, Profile::crashpoint, 30),
      broken_if([](const RunResult& result) { return times(result, "crash in a step") >= 1; }));
  REQUIRE(shrunk);
  CHECK(shrunk->events == 1);
  CHECK_FALSE(shrunk->repro.cuts.without_crash);
}

TEST_CASE("what takes one lost message of thousands shrinks to that", "[sim][shrink]") {
  std::uint64_t seed = 1;
  while (make_plan(request(seed, Profile::swarm)).network.loss_ppm < 50'000) ++seed;
  const auto shrunk =
      shrink(request(seed, Profile::swarm),
             broken_if([](const RunResult& result) { return times(result, "message lost") >= 1; }));
  REQUIRE(shrunk);
  CHECK(shrunk->events == 1);
  REQUIRE(shrunk->repro.tape.links.size() == 1);
  CHECK(shrunk->repro.tape.links.begin()->second.is_lost);
}

TEST_CASE("what needs nothing shrinks to nothing", "[sim][shrink]") {
  const auto shrunk = shrink(request(5, Profile::swarm),
                             broken_if([](const RunResult& result) { return result.views >= 5; }));
  REQUIRE(shrunk);
  CHECK(shrunk->events == 0);
  CHECK(shrunk->repro.tape.links.empty());
  CHECK(shrunk->repro.request.nodes == 1);
}

TEST_CASE("a set change that is needed stays, the others go", "[sim][shrink]") {
  std::uint64_t seed = 1;
  while (make_plan(request(seed, Profile::vsu)).churn.changes_max < 10) ++seed;
  const auto shrunk = shrink(request(seed, Profile::vsu), broken_if([](const RunResult& result) {
                               return times(result, "validator set updated") >= 1;
                             }));
  REQUIRE(shrunk);
  CHECK(shrunk->events == 1);
  CHECK(shrunk->repro.tape.churn.size() == 1);
}

TEST_CASE("a run that breaks nothing is not shrunk", "[sim][shrink]") {
  CHECK_FALSE(shrink(request(1, Profile::calm, 10)).has_value());
}

TEST_CASE("shrinking ends when it may not go on", "[sim][shrink]") {
  auto settings = broken_if([](const RunResult& result) { return result.views >= 5; });
  settings.runs_max = 3;
  const auto shrunk = shrink(request(5, Profile::swarm), settings);
  REQUIRE(shrunk);
  CHECK(shrunk->runs == 3);
  CHECK(settings.failure_of(run_repro(shrunk->repro)).has_value());
}

}  // namespace
}  // namespace hs::sim
