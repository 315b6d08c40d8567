#include "lib/sim/progress_oracle.h"

#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

Instant at(Duration duration) { return Instant(duration); }

Plan with_dead(std::size_t nodes, std::vector<NodeIndex> dead) {
  Plan plan = four_nodes();
  plan.powers.assign(nodes, Power{1});
  plan.drift_ppm.assign(nodes, 0);
  plan.dead = std::move(dead);
  plan.check_gap = true;
  return plan;
}

std::optional<std::uint64_t> faulty_views(std::size_t nodes, std::vector<NodeIndex> dead) {
  const Plan plan = with_dead(nodes, std::move(dead));
  const Cast cast(plan);
  std::vector<PublicKey> keys;
  for (const NodeIndex node : plan.dead) keys.push_back(cast.key(node));
  return faulty_views_between_windows(MemberSet(cast.validators().members()), keys);
}

TEST_CASE("commits stay possible with as many dead as may be, wherever they stand",
          "[sim][G12][S47]") {
  for (NodeIndex dead = 0; dead < 4; ++dead) CHECK(faulty_views(4, {dead}) == 2);
  for (NodeIndex one = 0; one < 7; ++one) {
    for (NodeIndex other = one + 1; other < 7; ++other) {
      const auto faulty = faulty_views(7, {one, other});
      REQUIRE(faulty.has_value());
      CHECK(*faulty <= 4);
    }
  }
}

TEST_CASE("with more dead than that nothing is promised", "[sim][G12]") {
  CHECK_FALSE(faulty_views(4, {0, 2}).has_value());
}

TEST_CASE("silence after the last fault breaks G10", "[sim][G10]") {
  Fixture f;
  ProgressOracle progress(f.plan, f.cast, f.judge);
  const Duration bound = commit_bound(f.plan, f.cast);
  CHECK(bound == milliseconds(1000) * (2 * 10 + 3 * 4 + 10 + 30));
  progress.on_tip(at(1s), Height{0}, View{1});
  progress.end_step(0, at(10'000s), Height{0}, View{1});  // faults last: nothing is promised
  progress.on_healed(at(10'000s), Height{0});
  progress.end_step(0, at(10'000s) + bound, Height{0}, View{1});
  CHECK(f.broken().empty());
  progress.end_step(0, at(10'001s) + bound, Height{0}, View{1});
  CHECK(f.broken() == "G10");
}

TEST_CASE("a live node that stays behind breaks G10", "[sim][G10]") {
  Fixture f;
  ProgressOracle progress(f.plan, f.cast, f.judge);
  progress.on_healed(at(0s), std::nullopt);
  progress.on_tip(at(1s), Height{0}, View{1});
  progress.end_step(0, at(1s), std::nullopt, View{1});
  CHECK_FALSE(progress.is_satisfied());
  SECTION("it arrives") {
    progress.end_step(0, at(2s), Height{0}, View{1});
    CHECK(progress.is_satisfied());
    progress.end_step(0, at(100'000s), Height{0}, View{1});
    CHECK(f.broken().empty());
  }
  SECTION("it does not") {
    progress.end_step(0, at(1s) + 2 * commit_bound(f.plan, f.cast), std::nullopt, View{1});
    CHECK(f.broken() == "G10");
  }
}

TEST_CASE("a gap above the bound breaks G12", "[sim][G12]") {
  const Plan plan = with_dead(4, {2});
  const Cast cast(plan);
  Judge judge;
  ProgressOracle progress(plan, cast, judge);
  const auto bound = gap_bound(plan, cast);
  REQUIRE(bound.has_value());
  CHECK(*bound > 5 * milliseconds(1000));
  CHECK(*bound < 7 * milliseconds(1000));
  progress.on_healed(at(0s), std::nullopt);
  progress.end_step(0, at(30s), std::nullopt, View{1});  // views may have to meet first
  progress.on_tip(at(30s), Height{0}, View{1});
  progress.end_step(0, at(30s) + *bound, Height{0}, View{1});
  CHECK_FALSE(judge.violation().has_value());
  progress.end_step(0, at(31s) + *bound, Height{0}, View{1});
  REQUIRE(judge.violation().has_value());
  CHECK(judge.violation()->rule == "G12");
}

TEST_CASE("seven views without a commit break G13 where nothing fails", "[sim][G13]") {
  for (const bool is_quiet : {true, false}) {
    Plan plan = four_nodes();
    plan.check_pause = is_quiet;
    const Cast cast(plan);
    Judge judge;
    ProgressOracle progress(plan, cast, judge);
    progress.on_healed(at(0s), std::nullopt);
    progress.end_step(0, at(1s), std::nullopt, View{40});  // the first commit takes its time
    progress.on_tip(at(2s), Height{0}, View{44});
    progress.end_step(0, at(3s), Height{0}, View{50});
    CHECK_FALSE(judge.violation().has_value());
    progress.end_step(0, at(4s), Height{0}, View{51});
    REQUIRE(judge.violation().has_value() == is_quiet);
    CHECK((!is_quiet || judge.violation()->rule == "G13"));
    CHECK(progress.longest_pause() == 7);
  }
}

}  // namespace
}  // namespace hs::sim
