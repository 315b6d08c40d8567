#include "lib/sim/duty_oracle.h"

#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

// Node 1 of four, which leads views 1, 5, ...; an epoch is ten views, T a second.
struct DutyFixture : Fixture {
  DutyFixture() : oracle(plan, cast, judge) {
    const auto set = std::make_shared<const ValidatorSet>(cast.validators());
    sets = {.committed = set, .previous = set, .update_height = {}, .update_decided = true};
    oracle.on_start(1);
    step(0, 0);
  }
  void step(std::int64_t at_ms, std::uint64_t view, const Input& input = Tick{},
            const Output& output = {}) {
    judge.set_time(Instant(milliseconds(at_ms)));
    oracle.on_step(1, input, output, View{view}, sets);
  }
  void enter(std::int64_t at_ms, std::uint64_t view) {
    Output output;
    output.events.emplace_back(event::StartView{View{view}, sets.committed->leader(View{view})});
    step(at_ms, view, Tick{}, output);
  }
  [[nodiscard]] Input timeout_vote(std::uint64_t view) const {
    const Signature signature = cast.secret(2).sign(timeout_statement(ChainId{7}, View{view}));
    return FromPeer{cast.key(2),
                    std::make_shared<const Message>(
                        TimeoutVote{ChainId{7}, View{view}, signature, std::nullopt}),
                    0};
  }
  [[nodiscard]] Output answer(std::uint64_t view, NodeIndex to = 2) const {
    Output output;
    output.sends.push_back({cast.key(to), std::make_shared<const Message>(AdvanceView{tc(view)})});
    return output;
  }

  DutyOracle oracle;
  ValidatorSetState sets;
};

TEST_CASE("a leader that lets its view pass is noticed at its next step", "[sim][D1]") {
  DutyFixture f;
  f.enter(1'000, 5);
  f.step(1'740, 5);
  CHECK(f.broken().empty());
  SECTION("it says nothing") {
    f.step(1'750, 5);
    CHECK(f.broken() == "D1");
  }
  SECTION("it proposes") {
    Output output;
    output.events.emplace_back(event::Propose{View{5}, hash_number(1), Height{1}});
    f.step(1'745, 5, Tick{}, output);
    f.step(1'900, 5);
    CHECK(f.broken().empty());
  }
  SECTION("it is paused, and the view is over when it wakes") {
    f.enter(2'500, 6);
    CHECK(f.broken().empty());
  }
  SECTION("it does not lead the view after") {
    f.enter(1'745, 6);
    f.step(2'700, 6);
    CHECK(f.broken().empty());
  }
}

TEST_CASE("a view that lasts longer than T is noticed, but for an epoch-change view",
          "[sim][D3][S49]") {
  DutyFixture f;
  f.enter(1'000, 6);
  f.step(2'100, 6);
  CHECK(f.broken().empty());
  SECTION("it goes on") {
    f.step(2'101, 6);
    CHECK(f.broken() == "D3");
  }
  SECTION("the epoch ends with it") {
    f.enter(2'100, 10);
    f.step(9'000, 10);
    CHECK(f.broken().empty());
  }
}

TEST_CASE("the leader of the previous set leads too until the update is decided",
          "[sim][D1][M35]") {
  DutyFixture f;
  const std::vector<Validator> others{{f.cast.key(2), Power{1}}, {f.cast.key(3), Power{1}}};
  f.sets.committed = std::make_shared<const ValidatorSet>(*ValidatorSet::from_members(others));
  SECTION("undecided") {
    f.sets.update_decided = false;
    f.step(900, 4);
    f.enter(1'000, 5);
    f.step(1'800, 5);
    CHECK(f.broken() == "D1");
  }
  SECTION("undecided since the very step that entered the view") {
    f.sets.update_decided = false;
    f.enter(1'000, 5);
    f.step(1'800, 5);
    CHECK(f.broken().empty());
  }
  SECTION("decided") {
    f.step(900, 4);
    f.enter(1'000, 5);
    f.step(1'800, 5);
    CHECK(f.broken().empty());
  }
}

TEST_CASE("who waits in an epoch-change view that others have left is answered",
          "[sim][D2][S48][M20]") {
  DutyFixture f;
  f.enter(1'000, 12);
  SECTION("not at all") {
    f.step(1'100, 12, f.timeout_vote(10));
    CHECK(f.broken() == "D2");
  }
  SECTION("with an older certificate") {
    f.step(1'100, 12, f.timeout_vote(10), f.answer(0));
    CHECK(f.broken() == "D2");
  }
  SECTION("another is") {
    f.step(1'100, 12, f.timeout_vote(10), f.answer(10, 3));
    CHECK(f.broken() == "D2");
  }
  SECTION("with what it needs, and not again at once, but later") {
    f.step(1'100, 12, f.timeout_vote(10), f.answer(10));
    f.step(1'200, 12, f.timeout_vote(10));
    CHECK(f.broken().empty());
    f.step(1'500, 12, f.timeout_vote(10));
    CHECK(f.broken() == "D2");
  }
  SECTION("in the step in which the view is left, and not again at once") {
    f.step(1'100, 21, f.timeout_vote(20), f.answer(20));
    f.step(1'200, 21, f.timeout_vote(20));
    CHECK(f.broken().empty());
    f.step(1'500, 21, f.timeout_vote(20));
    CHECK(f.broken() == "D2");
  }
  SECTION("not for a view that is not left yet") {
    f.step(1'100, 12, f.timeout_vote(20));
    CHECK(f.broken().empty());
  }
}

}  // namespace
}  // namespace hs::sim
