// An update that is decided, and old members that go on with it all the same. [S58] Each test fails
// with the planted bug of its name (scripts/mutants).
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

const ValidatorSetUpdates adds_fifth = sets_power({{5, 1}});

// A replica that has committed an update, which is still to be decided.
struct Committed : Lone {
  Block update;
  ValidatorSet old = set;

  Committed() : Lone(1, Lone::four(), long_epochs()) {
    grow_to(2);
    update = grow_update(adds_fifth);
    commit_update();
  }
  static ReplicaConfig long_epochs() {
    ReplicaConfig config = Cluster::default_config();
    config.epoch_length = 100;
    return config;
  }
  [[nodiscard]] PhaseCertificate early(Phase phase) const {
    return signed_pc(test_pc(view().value, update.hash, phase), old, {2, 3, 4});
  }
  // To the first view that `fits`, by waiting; a round of leaders has one.
  template <class Fits>
  void wait_for_view(Fits fits) {
    for (std::size_t waits = 0; !fits(view()); ++waits) {
      REQUIRE(waits < 2 * set.size());
      wait(milliseconds(1'000));
    }
  }
  void go_where_others_lead() {
    wait_for_view([&](View in) { return leader(in) != 1 && leader(next(in)) != 1; });
    forget();
  }
};

}  // namespace

TEST_CASE("what the old set goes on to sign for a decided update moves the view and no more",
          "[replica][S58]") {
  const Phase phase = GENERATE(Phase::prepare, Phase::precommit);
  Committed lone;
  const PhaseCertificate decide = lone.decide_update(adds_fifth, {1, 2, 3, 5});
  REQUIRE(lone.replica->validators().update_decided);
  lone.go_where_others_lead();
  const PhaseCertificate early = lone.early(phase);
  lone.advance(early);
  REQUIRE(lone.view() == next(early.view));
  CHECK(lone.tree().highest_pc() == decide);
  lone.receive(lone.leader(lone.view()), Nudge{test_chain, lone.view(), early});
  CHECK(lone.all<PhaseVote>().empty());
  CHECK(lone.told<event::InvalidMessage>().empty());  // whoever nudged is behind and no liar
}

TEST_CASE("a decided update that is proposed again gets no vote", "[replica][S58][S58b]") {
  Committed lone;
  lone.decide_update(adds_fifth, {1, 2, 3, 5});
  lone.go_where_others_lead();
  lone.propose(lone.update);
  CHECK(lone.all<PhaseVote>().empty());
  CHECK(lone.told<event::InvalidMessage>().empty());
}

TEST_CASE("a Decide certificate is followed although an early one of its update is newer",
          "[replica][S58][S58c]") {
  const Phase phase = GENERATE(Phase::prepare, Phase::precommit);
  Committed lone;
  lone.go_where_others_lead();
  const View decided_in = lone.view();
  lone.wait(milliseconds(1'000));
  const PhaseCertificate early = lone.early(phase);
  lone.advance(early);
  REQUIRE(lone.tree().highest_pc() == early);
  lone.set = *lone.old.with(adds_fifth);
  const PhaseCertificate decide =
      lone.pc(decided_in, lone.update.hash, Phase::decide, {1, 2, 3, 5});
  lone.receive(2, NewView{test_chain, lone.view(), decide});
  CHECK(lone.replica->validators().update_decided);
  CHECK(lone.tree().highest_pc() == decide);
  lone.restart();
  lone.wait_for_view([&](View in) { return lone.leader(in) == 1; });
  lone.wait(milliseconds(200));  // for NewViews
  const auto proposals = lone.all<Proposal>();
  REQUIRE_FALSE(proposals.empty());
  CHECK(proposals.back().block.justify == decide);
}
