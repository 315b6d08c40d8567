#include "lib/sim/plan.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "lib/sim/cast.h"
#include "lib/sim/counter_app.h"
#include "lib/sim/mock_signatures.h"
#include "lib/sim/plan_crash.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

Plan plan_of(std::uint64_t seed, Profile profile) {
  return make_plan({.seed = seed, .profile = profile, .nodes = {}, .views = {}});
}

TEST_CASE("silent seeds kill every set of nodes that may fail together", "[sim][plan]") {
  std::set<std::vector<NodeIndex>> of_four;
  std::set<std::vector<NodeIndex>> of_seven;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Plan plan = plan_of(seed, Profile::silent);
    CHECK(plan.dead.size() == (plan.nodes() - 1) / 3);
    (plan.nodes() == 4 ? of_four : of_seven).insert(plan.dead);
  }
  CHECK(of_four.size() == 4);
  CHECK(of_seven.size() == 21);
}

TEST_CASE("seeds of crash points count through effects and what is kept", "[sim][plan]") {
  std::set<std::tuple<std::uint64_t, std::uint64_t, Survival>> seen;
  for (std::uint64_t seed = 0; seed < 6 * crash_effects; ++seed) {
    const CrashPointNumber point = crash_point_of(seed);
    CHECK(point.base < 2);
    CHECK((point.effect >= 1 && point.effect <= crash_effects));
    CHECK(point.kept != Survival::hole);
    seen.emplace(point.base, point.effect, point.kept);
  }
  CHECK(seen.size() == 6 * crash_effects);
}

TEST_CASE("crash points of one base run differ in the crash alone", "[sim][plan]") {
  const auto lines_before_death = [](std::uint64_t seed) {
    std::vector<std::string> lines;
    bool is_dead = false;
    const TraceSink keep = [&](Instant at, NodeIndex node, const std::string& what) {
      is_dead = is_dead || what == "dies";
      if (!is_dead) lines.push_back(to_string(at) + std::to_string(node) + what);
    };
    const PlanRequest request{
        .seed = seed, .profile = Profile::crashpoint, .nodes = {}, .views = {}};
    CHECK_FALSE(run_seed(request, {.trace = keep}).violation.has_value());
    CHECK(is_dead);
    return lines;
  };
  const std::vector<std::string> early = lines_before_death(1'800);
  const std::vector<std::string> late = lines_before_death(2'700);
  REQUIRE(early.size() > 100);
  REQUIRE(late.size() > early.size());
  CHECK(std::equal(early.begin(), early.end(), late.begin()));
}

TEST_CASE("what the caller fixes is not drawn", "[sim][plan]") {
  for (const Profile profile : profiles) {
    const Plan plan = make_plan({.seed = 9, .profile = profile, .nodes = 5, .views = 17});
    const auto voters = std::count_if(plan.powers.begin(), plan.powers.end(),
                                      [](const Power& power) { return power > Power{0}; });
    CHECK(voters == 5);
    // Twins are played for few views, whatever more is asked for.
    CHECK((profile == Profile::twins ? plan.views < 17 : plan.views == 17));
  }
}

TEST_CASE("profiles are found by their names", "[sim][plan]") {
  for (const Profile profile : profiles) CHECK(profile_from(name_of(profile)) == profile);
  CHECK_FALSE(profile_from("stormy").has_value());
}

TEST_CASE("at least one seed in fifty signs for real", "[sim][plan]") {
  int real = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    real += plan_of(seed, Profile::swarm).real_signatures ? 1 : 0;
  }
  CHECK(real >= 20);
}

TEST_CASE("an idle chain keeps its time budget in every plan", "[sim][plan][S49]") {
  for (const Profile profile : profiles) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      CHECK(plan_of(seed, profile).config.idle_interval_fits());
    }
  }
}

TEST_CASE("validators are named in the order in which they lead", "[sim][cast]") {
  const Plan plan = plan_of(3, Profile::sync);
  const Cast cast(plan);
  const std::size_t validators = plan.nodes() - 1;  // the last one listens
  CHECK_FALSE(cast.is_validator(validators));
  for (NodeIndex node = 0; node < validators; ++node) {
    CHECK(cast.validators().leader(View{node}) == cast.key(node));
    CHECK(cast.node_of(cast.key(node)) == node);
  }
}

TEST_CASE("a mock signature binds signer and message", "[sim][signatures]") {
  SecretKey::Seed seed{};
  const SecretKey first(seed, mock_scheme());
  seed[0] = 1;
  const SecretKey second(seed, mock_scheme());
  const Signature signature = first.sign(as_bytes("yes"));
  CHECK(mock_scheme().verify(first.public_key(), as_bytes("yes"), signature));
  CHECK_FALSE(mock_scheme().verify(first.public_key(), as_bytes("no"), signature));
  CHECK_FALSE(mock_scheme().verify(second.public_key(), as_bytes("yes"), signature));
  CHECK(is_admissible_key(first.public_key()));
}

TEST_CASE("operations survive their encoding, and nothing else passes for one", "[sim][app]") {
  const CounterOperation operation{.id = 3, .amount = 4};
  CHECK(operation_from(to_transaction(operation)) == operation);
  CHECK_FALSE(operation_from(Bytes(15)).has_value());
  CHECK_FALSE(operation_from(Bytes(17)).has_value());
  CHECK(operations_of({})->empty());
  CHECK_FALSE(operations_of({Bytes{}}).has_value());
  CHECK_FALSE(operations_of({Bytes(16), Bytes(16)}).has_value());
  CHECK_FALSE(operations_of({Bytes(24)}).has_value());
}

TEST_CASE("the replay line names everything that was fixed", "[sim]") {
  PlanRequest request{.seed = 17, .profile = Profile::crash, .nodes = {}, .views = {}};
  CHECK(replay_line(request) == "hs sim replay 17 --profile crash");
  request.nodes = 7;
  request.views = 90;
  CHECK(replay_line(request) == "hs sim replay 17 --profile crash --nodes 7 --views 90");
}

}  // namespace
}  // namespace hs::sim
