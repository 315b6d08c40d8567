#include "cli/sim_repro.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace hs {
namespace {

using sim::PlanRequest;
using sim::Profile;
using sim::Repro;

Repro recorded(std::uint64_t seed, Profile profile) {
  Repro repro{.request = {.seed = seed, .profile = profile, .nodes = {}, .views = 30},
              .cuts = {},
              .tape = {},
              .violation = {.rule = "X1", .what = "so it is", .node = 0, .at = {}}};
  static_cast<void>(sim::run_seed(repro.request, {.tape = {.record = &repro.tape}}));
  return repro;
}

TEST_CASE("a repro file gives the run that it was made of, to the last byte", "[cli][sim]") {
  for (const Profile profile :
       {Profile::swarm, Profile::vsu, Profile::byz, Profile::twins, Profile::crashpoint}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Repro repro = recorded(seed, profile);
      repro.cuts.operations_max = 7;
      repro.cuts.without_drift = true;
      repro.cuts.without_crash = seed == 2;
      repro.stop_at = Instant(milliseconds(90'000));
      const auto read = repro_from_json(repro_to_json(repro).dump());
      INFO(sim::name_of(profile) << " " << seed);
      REQUIRE(read.has_value());
      CHECK(repro_to_json(*read) == repro_to_json(repro));
      CHECK(sim::run_repro(*read).hash == sim::run_repro(repro).hash);
    }
  }
}

TEST_CASE("a repro file that no shrinking has written is refused", "[cli][sim]") {
  const nlohmann::ordered_json good = repro_to_json(recorded(1, Profile::crash));
  REQUIRE(repro_from_json(good.dump()).has_value());
  CHECK_FALSE(repro_from_json("").has_value());
  CHECK_FALSE(repro_from_json("[1]").has_value());
  const auto refuses = [&](const char* pointer, const nlohmann::ordered_json& value) {
    nlohmann::ordered_json bad = good;
    bad[nlohmann::ordered_json::json_pointer(pointer)] = value;
    return !repro_from_json(bad.dump()).has_value();
  };
  CHECK(refuses("/schema", "hs.sim_repro/v2"));
  CHECK(refuses("/seed", "-1"));
  CHECK(refuses("/profile", "fair"));
  CHECK(refuses("/nodes", 0));
  CHECK(refuses("/nodes", 1'000));
  CHECK(refuses("/violation/node", 99));
  CHECK(refuses("/faults", 3));
  CHECK(refuses("/faults/0", {{"kind", "crash"}, {"at_ns", -1}}));
  CHECK(refuses("/faults/0", {{"kind", "pause"}, {"at_ns", 0}}));
  CHECK(refuses("/messages/0/from", 99));
  CHECK(refuses("/messages/0/delay_ns", ~std::uint64_t{0}));
  CHECK(refuses("/without/misbehaviour_of", {99}));
}

}  // namespace
}  // namespace hs
