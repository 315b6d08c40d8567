#include "lib/hotstuff/roles.h"

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs::test {
namespace {

// From {1,2,3} to {2,3,4}.
ValidatorSetState changing(bool decided) {
  return {.committed = std::make_shared<const ValidatorSet>(test_set({{2}, {3}, {4}})),
          .previous = std::make_shared<const ValidatorSet>(test_set({{1}, {2}, {3}})),
          .update_height = Height{3},
          .update_decided = decided};
}

}  // namespace

TEST_CASE("while an update is undecided the old set votes, but on a Commit certificate the new one",
          "[hotstuff][I10][M30]") {
  for (const Phase phase :
       {Phase::generic, Phase::prepare, Phase::precommit, Phase::commit, Phase::decide}) {
    const PhaseCertificate justify = test_pc(5, test_hash("block"), phase);
    const auto votes = [&](bool decided, std::uint8_t key) {
      return is_phase_voter(changing(decided), test_key(key).public_key(), justify);
    };
    const bool new_set = phase == Phase::commit;
    CHECK(votes(false, 1) == !new_set);
    CHECK(votes(false, 4) == new_set);
    CHECK(votes(false, 2));
    CHECK_FALSE(votes(true, 1));
    CHECK(votes(true, 4));
    CHECK_FALSE(votes(true, 9));
    CHECK_FALSE(votes(false, 9));
  }
}

TEST_CASE(
    "Decide votes are collected by the new set, all others by the old one until it is decided",
    "[hotstuff][I27]") {
  const ValidatorSetState undecided = changing(false);
  const ValidatorSetState decided = changing(true);
  for (const Phase phase : {Phase::generic, Phase::prepare, Phase::precommit, Phase::commit}) {
    CHECK(collecting_set(undecided, phase) == *undecided.previous);
    CHECK(collecting_set(decided, phase) == *decided.committed);
  }
  CHECK(collecting_set(undecided, Phase::decide) == *undecided.committed);
  CHECK(collecting_set(decided, Phase::decide) == *decided.committed);
}

TEST_CASE("a view is led in every active set, and a replica that leads in both is named once",
          "[hotstuff][I27]") {
  const ValidatorSetState undecided = changing(false);
  const ValidatorSetState decided = changing(true);
  for (std::uint64_t v = 0; v < 9; ++v) {
    const PublicKey& in_new = undecided.committed->leader(View{v});
    const PublicKey& in_old = undecided.previous->leader(View{v});
    const std::vector<PublicKey> expected =
        in_new == in_old ? std::vector{in_new} : std::vector{in_new, in_old};
    CHECK(leaders_of(undecided, View{v}) == expected);
    CHECK(leaders_of(decided, View{v}) == std::vector{in_new});
  }
}

TEST_CASE("each phase of a nudge is followed by the next", "[hotstuff]") {
  CHECK(successor_of(Phase::prepare) == Phase::precommit);
  CHECK(successor_of(Phase::precommit) == Phase::commit);
  CHECK(successor_of(Phase::commit) == Phase::decide);
}

}  // namespace hs::test
