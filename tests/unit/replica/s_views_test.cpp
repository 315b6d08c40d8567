// When views are left, what is said then, and who proposes. Each test fails with the planted bug of
// its name (scripts/mutants). Of the four validators test keys 2, 1, 4, 3 lead views 0, 1, 2, 3.
#include <algorithm>

#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

TEST_CASE("an old timeout certificate inside a TimeoutVote moves nobody back and stops nobody",
          "[replica][S06][I34]") {
  Lone lone;
  lone.grow_to(12);  // past view 10, the end of an epoch, by certificates of blocks alone
  REQUIRE_FALSE(lone.tree().highest_tc().value_or(lone.tc(0)).view > View{0});
  lone.forget();
  lone.vote_timeout(2, View{20}, lone.tc(10));
  CHECK(lone.view() == View{12});
  CHECK(lone.all<AdvanceView>().empty());
  REQUIRE(lone.tree().highest_tc());
  CHECK(lone.tree().highest_tc()->view == View{10});
}

TEST_CASE("a timeout certificate of another chain or of a view that ends no epoch is ignored",
          "[replica][S06][S06b]") {
  Lone lone;
  lone.grow_to(3);
  TimeoutCertificate foreign{.chain_id = ChainId{8}, .view = View{10}, .signatures = {}};
  foreign.signatures = test_signatures(lone.set, {1, 2, 3}, statement_of(foreign));
  lone.vote_timeout(2, View{20}, foreign);
  CHECK(lone.view() == View{3});
  lone.vote_timeout(2, View{20}, lone.tc(7));
  CHECK(lone.view() == View{3});
  lone.vote_timeout(2, View{20}, lone.tc(10));
  CHECK(lone.view() == View{11});
}

TEST_CASE("a view timeout that is no whole number of seconds is kept to the millisecond",
          "[replica][S09]") {
  const ReplicaConfig config =
      ReplicaConfig::with(ChainId{7}, 10, milliseconds(1900), milliseconds(250));
  Lone lone(1, Lone::four(), config);
  lone.grow_to(2);
  lone.wait(milliseconds(1899));
  CHECK(lone.view() == View{2});
  lone.wait(milliseconds(1));
  CHECK(lone.view() == View{3});
}

TEST_CASE("after a jump the leader of the view jumped to gets a NewView as well",
          "[replica][S12]") {
  Lone lone;
  lone.grow_to(3);
  lone.forget();
  lone.advance(lone.tc(10));
  REQUIRE(lone.view() == View{11});
  const auto to_next = lone.all_to<NewView>(lone.leader(View{4}));
  REQUIRE(to_next.size() == 1);
  CHECK(to_next[0].view == View{3});
  const auto to_reached = lone.all_to<NewView>(lone.leader(View{11}));
  REQUIRE(to_reached.size() == 1);
  CHECK(to_reached[0].view == View{10});
}

TEST_CASE("a replica that was removed from the set advances nobody", "[replica][S17]") {
  Lone lone(4);
  lone.grow_to(6);
  lone.grow_update(removes({4}));
  lone.commit_update();
  (void)lone.decide_update(removes({4}), {1, 2, 3});
  REQUIRE_FALSE(lone.replica->status().is_validator);
  lone.wait(milliseconds(10'000));  // into view 10, which only a certificate ends
  REQUIRE(lone.view() == View{10});
  lone.forget();
  lone.advance(lone.tc(10));
  REQUIRE(lone.view() == View{11});
  CHECK(lone.all<AdvanceView>().empty());
}

TEST_CASE("timeout votes of an abandoned set make no certificate", "[replica][S34]") {
  // Key 2 alone was a quorum of the old set.
  Lone lone(1, test_set({{1}, {2, 20}, {3}, {4}}));
  lone.connect({2, 3, 4});
  const ValidatorSetUpdates equal_powers = sets_power({{2, 1}});
  lone.app.updates_at = [&](Height height) {
    return height == Height{0} ? std::optional(equal_powers) : std::nullopt;
  };
  lone.signers = {2};
  lone.advance(lone.tc(0));
  const Block& update = lone.propose_next(genesis_pc());
  REQUIRE(lone.tree().contains(update.hash));
  lone.commit_update();
  (void)lone.decide_update(equal_powers, {1, 2, 3});
  lone.wait(milliseconds(12'000));
  REQUIRE(lone.view() == View{10});
  lone.forget();
  lone.vote_timeout(2, View{10});
  CHECK(lone.view() == View{10});
  CHECK(lone.told<event::CollectTC>().empty());
  lone.vote_timeout(3, View{10});  // with the own vote a quorum of the new set
  CHECK(lone.view() == View{11});
}

namespace {

// A replica that left view 10 by a certificate of the set before an update, of which key 2 alone
// was a quorum, and has learnt since that the update is decided.
struct LeftByOldSet {
  LeftByOldSet() {
    lone.connect({2, 3, 4});
    lone.app.updates_at = [&](Height height) {
      return height == Height{0} ? std::optional(equal_powers) : std::nullopt;
    };
    lone.signers = {2};
    lone.advance(lone.tc(0));
    lone.propose_next(genesis_pc());
    lone.commit_update();
    const PhaseCertificate of_old_set = signed_pc(test_pc(8, lone.chain.back().hash, Phase::decide),
                                                  *lone.set.with(equal_powers), {1, 2, 3});
    lone.wait(milliseconds(12'000));
    REQUIRE(lone.view() == View{10});
    lone.advance(lone.tc(10));
    REQUIRE(lone.view() == View{11});
    lone.set = *lone.set.with(equal_powers);
    lone.signers = {1, 2, 3};
    lone.receive(3, NewView{test_chain, View{11}, of_old_set});
    REQUIRE(lone.replica->validators().update_decided);
    lone.forget();
  }

  const ValidatorSetUpdates equal_powers = sets_power({{2, 1}});
  Lone lone{1, test_set({{1}, {2, 20}, {3}, {4}})};
};

}  // namespace

TEST_CASE("who left a view by a certificate of the old set helps those who need one of the new",
          "[replica][S34][S34c]") {
  LeftByOldSet left;
  left.lone.vote_timeout(3, View{10});
  CHECK(left.lone.all_to<AdvanceView>(3).size() == 1);
  const auto votes = left.lone.all_to<TimeoutVote>(3);
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].view == View{10});
}

TEST_CASE("a timeout certificate that no set accepts any more gives way to one of its view",
          "[replica][S34][S34b]") {
  LeftByOldSet left;
  const TimeoutCertificate of_new_set = left.lone.tc(10);
  REQUIRE_FALSE(left.lone.tree().highest_tc() == of_new_set);
  left.lone.vote_timeout(3, View{20}, of_new_set);
  CHECK(left.lone.tree().highest_tc() == of_new_set);
  CHECK(left.lone.view() == View{11});
  // One that is good stays.
  left.lone.signers = {1, 2, 4};
  left.lone.vote_timeout(4, View{20}, left.lone.tc(10));
  CHECK(left.lone.tree().highest_tc() == of_new_set);
}

TEST_CASE("who still holds a timeout certificate that has become worthless is not blamed for it",
          "[replica][S34]") {
  LeftByOldSet left;
  const TimeoutCertificate stored = *left.lone.tree().highest_tc();
  TimeoutCertificate another = stored;
  for (auto& signature : another.signatures) {
    if (signature) signature->bytes[7] ^= 1;
  }
  left.lone.vote_timeout(3, View{20}, stored);
  left.lone.vote_timeout(3, View{30}, another);
  CHECK(left.lone.told<event::InvalidMessage>().empty());
  CHECK(left.lone.tree().highest_tc() == stored);
}

TEST_CASE("a replica asks to be stepped only when something is due", "[replica][S41]") {
  Lone lone;
  lone.grow_to(2);
  REQUIRE(lone.replica->next_deadline());
  CHECK(*lone.replica->next_deadline() > lone.now);
  const std::uint64_t before = lone.steps;
  lone.wait(milliseconds(100'000));
  CHECK(lone.steps - before < 2'000);
}

TEST_CASE("a vote that was cast late goes to the leader after next before its view ends",
          "[replica][S47][S47b]") {
  Lone lone;
  lone.grow_to(3);
  lone.advance(lone.pc(View{3}, lone.chain.back().hash));
  lone.wait(milliseconds(900));
  REQUIRE(lone.view() == View{4});
  const Block& late = lone.propose_next(lone.tree().highest_pc());
  REQUIRE(lone.has_voted_for(late.hash));
  const auto votes_to_second = [&] {
    const auto votes = lone.all_to<PhaseVote>(lone.leader(View{6}));
    return std::ranges::count_if(votes, [&](const auto& vote) { return vote.view == View{4}; });
  };
  CHECK(votes_to_second() == 0);
  lone.wait(milliseconds(100));
  REQUIRE(lone.view() == View{5});
  CHECK(votes_to_second() == 1);
  lone.wait(milliseconds(500));
  CHECK(votes_to_second() == 1);
}

TEST_CASE("with the next leader dead a vote goes to the leader after it, once", "[replica][S47]") {
  Lone lone;
  lone.grow_to(3);
  lone.grow();
  const View voted_in = lone.view();
  const std::uint8_t first = lone.leader(next(voted_in));
  const std::uint8_t second = lone.leader(next(next(voted_in)));
  REQUIRE(first != second);
  const auto votes_to = [&](std::uint8_t peer) {
    std::size_t votes = 0;
    for (const PhaseVote& vote : lone.all_to<PhaseVote>(peer)) votes += vote.view == voted_in;
    return votes;
  };
  CHECK(votes_to(first) == 1);
  CHECK(votes_to(second) == 0);
  lone.wait(milliseconds(249));
  lone.wait(milliseconds(2));  // T/4 at the latest
  CHECK(votes_to(first) == 1);
  CHECK(votes_to(second) == 1);
  lone.wait(milliseconds(1'000));
  CHECK(votes_to(second) == 1);
}

TEST_CASE("a vote whose certificate has been seen is not sent a second time", "[replica][S47]") {
  Lone lone;
  lone.grow_to(4);
  const View voted_in = lone.view();
  lone.grow();
  lone.wait(milliseconds(2'000));
  for (const PhaseVote& vote : lone.all_to<PhaseVote>(lone.leader(next(next(voted_in))))) {
    CHECK(vote.view != voted_in);
  }
}

TEST_CASE("the certificate of a vote's own view is enough not to send it a second time",
          "[replica][S47]") {
  Lone lone;
  lone.grow_to(3);
  const auto others_lead = [&] {
    return lone.leader(next(lone.view())) != 1 && lone.leader(next(next(lone.view()))) != 1;
  };
  while (!others_lead()) lone.grow();
  const View voted_in = lone.view();
  REQUIRE(lone.has_voted_for(lone.chain.back().hash));
  lone.advance(lone.pc(voted_in, lone.chain.back().hash));  // and no vote in the next view
  lone.wait(milliseconds(2'000));
  for (const PhaseVote& vote : lone.all_to<PhaseVote>(lone.leader(next(next(voted_in))))) {
    CHECK(vote.view != voted_in);
  }
}

TEST_CASE("a restart enters an uncertified epoch-change view again and proposes nothing in it",
          "[replica][S48]") {
  ReplicaConfig config = Cluster::default_config();
  config.epoch_length = 5;
  Lone lone(1, Lone::four(), config);  // leads views 1, 5, 9
  lone.grow_to(3);
  lone.wait(milliseconds(2'500));
  REQUIRE(lone.view() == View{5});
  lone.restart();
  CHECK(lone.view() == View{5});
  lone.forget();
  lone.wait(milliseconds(900));
  CHECK(lone.all<Proposal>().empty());
  lone.wait(milliseconds(200));
  CHECK(lone.all<TimeoutVote>().size() == 1);
  lone.wait(milliseconds(3'000));  // and again every T [I31]
  CHECK(lone.all<TimeoutVote>().size() == 4);
  // A certificate of that view or a later one was seen: the view after it.
  lone.advance(lone.tc(5));
  lone.restart();
  CHECK(lone.view() == View{7});
}

TEST_CASE("a replica that still waits in an epoch-change view is told why it may leave",
          "[replica][S48][S48c][M20]") {
  Lone lone;
  lone.grow_to(12);
  lone.forget();
  lone.vote_timeout(3, View{10});
  const auto answers = lone.all_to<AdvanceView>(3);
  REQUIRE(answers.size() == 1);
  CHECK(view_of(answers[0].progress_certificate) == View{11});  // the newest that there is
  lone.vote_timeout(3, View{10});
  CHECK(lone.all_to<AdvanceView>(3).size() == 1);  // not again within T/4
}

TEST_CASE("what passes over the end of an epoch is kept for those that still wait there",
          "[replica][S48][S48b]") {
  Lone lone;
  lone.grow_to(8);
  const PhaseCertificate beyond = lone.pc(View{12}, test_hash("a block that is not held"));
  lone.advance(beyond);
  REQUIRE(lone.view() == View{13});
  REQUIRE(lone.tree().highest_pc().view < View{10});
  lone.forget();
  lone.vote_timeout(3, View{10});
  const auto answers = lone.all_to<AdvanceView>(3);
  REQUIRE(answers.size() == 1);
  CHECK(view_of(answers[0].progress_certificate) == View{12});
}

TEST_CASE("only what ends or passes over an epoch is kept for those that wait at its end",
          "[replica][S48]") {
  Lone lone;
  lone.grow_to(13);
  REQUIRE(lone.tree().highest_pc().view == View{12});
  REQUIRE(lone.tree().epoch_change_certificate());
  CHECK(view_of(*lone.tree().epoch_change_certificate()) == View{10});
}

TEST_CASE("a TimeoutVote counts in the view to which its own certificate has led",
          "[replica][S48]") {
  ReplicaConfig config = Cluster::default_config();
  config.epoch_length = 1;
  Lone lone(1, Lone::four(), config);
  lone.advance(lone.tc(0));
  REQUIRE(lone.view() == View{1});
  const TimeoutCertificate before = lone.tc(2);
  for (const std::uint8_t signer : {2, 3, 4}) lone.vote_timeout(signer, View{3}, before);
  CHECK(lone.view() == View{4});
}

TEST_CASE("time saved by quick views is not banked for a late leader", "[replica][S49]") {
  Lone lone;
  lone.grow_to(8);  // within no time at all
  lone.wait(milliseconds(1'000));
  CHECK(lone.view() == View{9});
}

TEST_CASE("a validator connected to a quorum leaves view 0 without waiting for its end",
          "[replica][S50]") {
  Lone lone;
  lone.connect({2});
  CHECK(lone.all<TimeoutVote>().empty());
  lone.connect({3});
  REQUIRE(lone.all<TimeoutVote>().size() == 1);
  CHECK(lone.all<TimeoutVote>()[0].view == View{0});
  lone.connect({4});  // who comes later gets it alone
  CHECK(lone.all_to<TimeoutVote>(4).size() == 1);
}

TEST_CASE("a new peer is told the newest certificates and how far the chain is", "[replica]") {
  Lone lone;
  lone.grow_to(6);
  lone.forget();
  lone.connect({4});
  const auto certificates = lone.all_to<AdvertisePC>(4);
  REQUIRE(certificates.size() == 1);
  CHECK(certificates[0].highest_pc == lone.tree().highest_pc());
  CHECK(lone.all_to<AdvertiseBlock>(4).size() == 1);
  const auto newest = lone.all_to<AdvanceView>(4);
  REQUIRE(newest.size() == 1);
  CHECK(view_of(newest[0].progress_certificate) == View{5});
}

TEST_CASE("on the happy path only collectors advance others, and nobody sends a NewView in vain",
          "[replica][S51]") {
  Lone lone;
  lone.grow_to(3);
  lone.forget();
  lone.grow_to(9);
  CHECK(lone.all<AdvanceView>().empty());
  // Without a later certificate the newest one is echoed after T/8.
  lone.wait(milliseconds(130));
  const auto echoes = lone.all<AdvanceView>();
  REQUIRE(echoes.size() == 1);
  CHECK(view_of(echoes[0].progress_certificate) == View{8});
}

TEST_CASE(
    "a certificate inside an AdvanceView is applied, and from the next leader spares the NewView",
    "[replica][S51]") {
  Lone lone;
  lone.grow_to(6);
  lone.forget();
  const PhaseCertificate certificate = lone.pc(View{6}, lone.chain.back().hash);
  lone.advance(certificate, lone.leader(View{7}));
  CHECK(lone.view() == View{7});
  CHECK(lone.tree().highest_pc() == certificate);
  CHECK(lone.all<NewView>().empty());
}

TEST_CASE("a leader that came by timeout waits for NewViews and builds on the newest certificate",
          "[replica][S54]") {
  Lone lone;  // leads view 5
  lone.grow_to(4);
  lone.wait(milliseconds(1'000));
  REQUIRE(lone.view() == View{5});
  CHECK(lone.all<Proposal>().size() == 1);  // that of view 1
  const PhaseCertificate newer = lone.pc(View{4}, lone.chain.back().hash);
  lone.receive(2, NewView{test_chain, View{4}, newer});
  lone.wait(milliseconds(130));  // T/8 at the latest
  const auto proposals = lone.all<Proposal>();
  REQUIRE(proposals.size() == 2);
  CHECK(proposals[1].view == View{5});
  CHECK(proposals[1].block.justify == newer);
}

TEST_CASE("NewViews of a quorum end the wait of a leader that came by timeout", "[replica][S54]") {
  Lone lone;
  lone.grow_to(4);
  lone.wait(milliseconds(1'000));
  REQUIRE(lone.view() == View{5});
  lone.forget();
  for (const std::uint8_t peer : {2, 3}) {
    CHECK(lone.all<Proposal>().empty());
    lone.receive(peer, NewView{test_chain, View{4}, lone.tree().highest_pc()});
  }
  CHECK(lone.all<Proposal>().size() == 1);
}

TEST_CASE("NewViews that come before their view ends count for the leader of the next",
          "[replica][S54][S54c]") {
  Lone lone;  // leads view 5
  lone.grow_to(4);
  for (const std::uint8_t peer : {2, 3}) {
    lone.receive(peer, NewView{test_chain, View{4}, lone.tree().highest_pc()});
  }
  lone.forget();
  lone.wait(milliseconds(1'000));
  REQUIRE(lone.view() == View{5});
  CHECK(lone.all<Proposal>().size() == 1);
}

TEST_CASE("NewViews that were buffered for a view that is jumped over count for the next leader",
          "[replica][S54][S54b]") {
  std::uint8_t own = 1;
  while (Lone::leader(View{11}, Lone::four()) != own) ++own;
  Lone lone(own);
  lone.grow_to(9);
  for (std::uint8_t peer = 1; peer <= 4; ++peer) {
    if (peer == own) continue;
    lone.receive(peer, NewView{test_chain, View{10}, lone.tree().highest_pc()});
  }
  REQUIRE(lone.replica->status().buffered_messages == 3);
  lone.forget();
  lone.advance(lone.tc(10));
  REQUIRE(lone.view() == View{11});
  CHECK(lone.all<Proposal>().size() == 1);
}

TEST_CASE("a leader without the certified block waits for it instead of orphaning it",
          "[replica][S56]") {
  Lone lone;  // leads view 5
  lone.connect({2, 3, 4});
  lone.grow_to(3);
  // The proposal of view 4 has not come yet, its certificate has.
  const Block late = Lone::block(Height{3}, lone.pc(View{3}, lone.chain.back().hash), "late");
  const PhaseCertificate certificate = lone.pc(View{4}, late.hash, Phase::generic, {2, 3, 4});
  lone.advance(certificate);
  REQUIRE(lone.view() == View{5});
  lone.forget();
  lone.wait(milliseconds(100));
  CHECK(lone.all<Proposal>().empty());
  lone.propose(late, View{4});
  const auto proposals = lone.all<Proposal>();
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].block.justify == certificate);
}

TEST_CASE("the wait for the certified block ends after T/4", "[replica][S56]") {
  Lone lone;
  lone.connect({2, 3, 4});
  lone.grow_to(3);
  const Block lost = Lone::block(Height{3}, lone.pc(View{3}, lone.chain.back().hash), "lost");
  lone.advance(lone.pc(View{4}, lost.hash, Phase::generic, {2, 3, 4}));
  lone.forget();
  lone.wait(milliseconds(251));
  const auto proposals = lone.all<Proposal>();
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].block.justify == lone.tree().highest_pc());
}
