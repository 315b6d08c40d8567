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
  // The Decide certificate comes after a newer one of the old set for the same block.
  PhaseCertificate decide_below(Phase phase) {
    go_where_others_lead();
    const View decided_in = view();
    wait(milliseconds(1'000));
    const PhaseCertificate newer = early(phase);
    advance(newer);
    REQUIRE(tree().highest_pc() == newer);
    set = *old.with(adds_fifth);
    const PhaseCertificate decide = pc(decided_in, update.hash, Phase::decide, {1, 2, 3, 5});
    receive(2, NewView{test_chain, view(), decide});
    return decide;
  }
  // Is a child of the update, proposed in the view at hand, voted for?
  [[nodiscard]] bool goes_on_from(const PhaseCertificate& decide) {
    return has_voted_for(propose_next(decide).hash);
  }
};

}  // namespace

TEST_CASE("what the old set goes on to sign for a decided update moves the view and no more",
          "[replica][S58]") {
  const Phase phase = GENERATE(Phase::prepare, Phase::precommit, Phase::commit);
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
  const Phase phase = GENERATE(Phase::prepare, Phase::precommit, Phase::commit);
  Committed lone;
  const PhaseCertificate decide = lone.decide_below(phase);
  CHECK(lone.replica->validators().update_decided);
  CHECK(lone.tree().highest_pc() == decide);
  lone.restart();
  lone.wait_for_view([&](View in) { return lone.leader(in) == 1; });
  lone.wait(milliseconds(200));  // for NewViews
  const auto proposals = lone.all<Proposal>();
  REQUIRE_FALSE(proposals.empty());
  CHECK(proposals.back().block.justify == decide);
}

TEST_CASE("the lock of an old set ends with the Decide certificate, however new it was",
          "[replica][S58][S58d]") {
  Committed lone;
  const PhaseCertificate decide = lone.decide_below(Phase::precommit);
  REQUIRE(lone.tree().highest_pc() == decide);
  CHECK(lone.tree().locked_pc() == decide);
  REQUIRE(lone.goes_on_from(decide));
  CHECK(lone.record->locked_view == decide.view);
  CHECK(lone.record->locked_block == decide.block);
}

TEST_CASE("a record of a lock that has ended binds nobody", "[replica][S02][S58]") {
  Committed lone;
  const PhaseCertificate decide = lone.decide_below(Phase::precommit);
  lone.record->locked_view = lone.view();
  lone.record->locked_block = lone.update.hash;
  CHECK_FALSE(is_ahead(*lone.record, TreeReader(lone.store)));
  lone.restart();
  CHECK(lone.goes_on_from(decide));
  lone.record->locked_view = lone.view();
  lone.record->locked_block = lone.chain.back().hash;  // the child, which is not committed
  CHECK(is_ahead(*lone.record, TreeReader(lone.store)));
}

TEST_CASE("a replica that lost its data is bound by an old set's lock until the update is decided",
          "[replica][S02][S58][S58e]") {
  Committed lone;
  lone.record->locked_view = View{1'000};
  lone.record->locked_block = lone.update.hash;
  lone.restart();
  SECTION("not yet") {
    lone.record->locked_block = test_hash("another");
    lone.restart();
    CHECK_FALSE(lone.goes_on_from(lone.decide_update(adds_fifth, {1, 2, 3, 5})));
  }
  SECTION("decided") { CHECK(lone.goes_on_from(lone.decide_update(adds_fifth, {1, 2, 3, 5}))); }
}
