// Nothing that a peer sends stops a replica or lets it grow without bound, and what is wrong is
// told. Each test fails with the planted bug of its name (scripts/mutants).
#include <string>

#include "lib/base/limits.h"
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

TEST_CASE("messages that were taken from the buffer leave their room to others", "[replica][S16]") {
  ReplicaConfig config = Cluster::default_config();
  config.message_buffer_bytes = 2'000;
  Lone lone(1, Lone::four(), config);
  for (std::uint64_t view = 1; view < 60; ++view) {
    lone.grow_to(view);
    CHECK(lone.replica->status().buffered_bytes == 0);
    lone.receive(2, NewView{test_chain, View{view + 1}, genesis_pc()});
    CHECK(lone.replica->status().buffered_messages == 1);
  }
}

TEST_CASE("the buffer for later views has a limit that no sender can pass", "[replica][S21]") {
  ReplicaConfig config = Cluster::default_config();
  config.message_buffer_bytes = 20'000;
  Lone lone(1, Lone::four(), config);
  lone.grow_to(2);
  for (std::uint64_t view = 500; view > 3; --view) {
    const Bytes datum(3'000, static_cast<std::uint8_t>(view));
    const Block block = make_block(Height{0}, genesis_pc(), sha256(datum), {datum});
    lone.receive(static_cast<std::uint8_t>(2 + view % 3), Proposal{test_chain, View{view}, block});
    CHECK(lone.replica->status().buffered_bytes <= 20'000);
  }
  CHECK(lone.replica->status().buffered_messages > 0);
  // Strangers have no share of it, and views far away none at all.
  lone.receive(9, NewView{test_chain, View{3}, genesis_pc()});
  lone.receive(2, NewView{test_chain, View{1'500}, genesis_pc()});
  CHECK(lone.replica->status().buffered_bytes <= 20'000);
}

TEST_CASE("what listeners say of later views is not kept, nor their TimeoutVotes looked at",
          "[replica][S21][S21b]") {
  Lone lone;
  lone.grow_to(3);
  const std::uint64_t verified = lone.replica->status().signatures_verified;
  lone.receive(9, NewView{test_chain, View{5}, lone.tree().highest_pc()});
  lone.vote_timeout(9, View{10});
  CHECK(lone.replica->status().buffered_messages == 0);
  CHECK(lone.replica->status().signatures_verified == verified);
  lone.receive(2, NewView{test_chain, View{5}, lone.tree().highest_pc()});
  CHECK(lone.replica->status().buffered_messages == 1);
}

TEST_CASE("a message is kept for views within the window alone", "[replica][M24]") {
  Lone lone;
  lone.grow_to(2);
  const std::uint64_t now = lone.replica->status().view.value;
  lone.receive(2, NewView{test_chain, View{now + view_window}, genesis_pc()});
  CHECK(lone.replica->status().buffered_messages == 1);
  lone.receive(3, NewView{test_chain, View{now + view_window + 1}, genesis_pc()});
  CHECK(lone.replica->status().buffered_messages == 1);
}

TEST_CASE("a vote with a false signature spoils no certificate", "[replica][M12]") {
  Lone lone;
  lone.grow_to(2);
  lone.forget();
  const Hash block = test_hash("a block");
  Signature wrong = test_key(2).sign(phase_statement(test_chain, View{2}, block, Phase::generic));
  wrong.bytes[0] ^= 1;
  lone.receive(2, PhaseVote{test_chain, View{2}, block, Phase::generic, wrong});
  CHECK(lone.told<event::InvalidMessage>().size() == 1);
  for (const std::uint8_t signer : {3, 4}) lone.vote(signer, View{2}, block);
  // Two of four are no quorum, whatever the third has sent.
  CHECK(lone.told<event::CollectPC>().empty());
}

TEST_CASE("a certificate that lacks a quorum is no proof of a lie", "[replica][S36]") {
  Lone lone;
  lone.grow_to(5);
  lone.forget();
  lone.advance(lone.pc(View{7}, lone.chain.back().hash, Phase::generic, {2, 3}), 2);
  const auto told = lone.told<event::InvalidMessage>();
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].provable);
}

TEST_CASE("a NewView of the view before is nothing to whoever does not wait for it",
          "[replica][S54]") {
  Lone lone;
  lone.grow_to(6);
  while (lone.leader(lone.view()) == 1) lone.grow();
  lone.forget();
  lone.receive(2, NewView{test_chain, View{lone.view().value - 1}, genesis_pc()});
  CHECK(lone.told<event::ReceiveNewView>().empty());
}

TEST_CASE("whatever waited for a view is handled in it, in steps that are due at once",
          "[replica][S41]") {
  std::vector<Validator> members;
  Lone::Signers all;
  for (std::uint8_t number = 1; number <= 31; ++number) {
    members.push_back({test_key(number).public_key(), Power{1}});
    all.push_back(number);
  }
  Lone lone(1, ValidatorSet::from_members(members).value());
  lone.signers = all;
  lone.grow_to(2);
  const View later = next(lone.view());
  for (std::uint8_t sender = 2; sender <= 31; ++sender) {
    lone.receive(sender, NewView{test_chain, later, genesis_pc()});
    for (const char* name : {"one ", "two "}) {  // each for blocks of its own: no certificate
      lone.vote(sender, later, test_hash(name + std::to_string(sender)));
    }
  }
  REQUIRE(lone.replica->status().buffered_messages > 64);
  const Message advance = AdvanceView{lone.pc(lone.view(), lone.chain.back().hash)};
  lone.act(FromPeer{test_key(2).public_key(), std::make_shared<const Message>(advance), 0});
  REQUIRE(lone.view() == later);
  REQUIRE(lone.replica->status().buffered_messages > 0);
  CHECK(lone.is_due());
  lone.step(Tick{});
  CHECK(lone.replica->status().buffered_messages == 0);
}

TEST_CASE("of a signer who votes for everything a few votes are kept", "[replica][S22]") {
  Lone lone;
  lone.grow_to(2);
  lone.forget();
  for (int i = 0; i < 20; ++i) {
    for (const std::uint8_t signer : {2, 3, 4}) {
      lone.vote(signer, View{2}, test_hash("block " + std::to_string(i)));
    }
  }
  // Of the first two blocks of each signer a certificate may be made.
  CHECK(lone.told<event::CollectPC>().size() == 2);
}

TEST_CASE("a vote for a phase that its block cannot have is passed over", "[replica][S22][S22b]") {
  Lone lone;
  lone.grow_to(2);
  Phase absurd = Phase::prepare;
  Phase fitting = Phase::generic;
  SECTION("a phased vote for a block without an update") {}
  SECTION("a generic vote for an update") {
    lone.grow_update(sets_power({{5}}));
    std::swap(absurd, fitting);
  }
  const Hash block = lone.chain.back().hash;
  const std::uint64_t verified = lone.replica->status().signatures_verified;
  lone.forget();
  lone.vote(3, lone.view(), block, absurd);
  CHECK(lone.replica->status().signatures_verified == verified);
  CHECK(lone.told<event::InvalidMessage>().size() == 1);
  lone.vote(3, lone.view(), block, fitting);
  CHECK(lone.told<event::Equivocation>().empty());
  CHECK(lone.replica->evidence().empty());
}

TEST_CASE("a certificate for a phase that its block cannot have moves nobody",
          "[replica][S22][S22c]") {
  Lone lone;
  lone.grow_to(3);
  const View view = lone.view();
  Phase absurd = Phase::prepare;
  SECTION("prepare") {}
  SECTION("decide") { absurd = Phase::decide; }
  SECTION("generic, of an update") {
    lone.grow_update(sets_power({{5}}));
    absurd = Phase::generic;
  }
  const std::uint64_t verified = lone.replica->status().signatures_verified;
  const View entered = lone.view();
  lone.advance(lone.pc(entered, lone.chain.back().hash, absurd));
  CHECK(lone.view() == entered);
  CHECK(lone.view() >= view);
  CHECK(lone.replica->status().signatures_verified == verified);
}

TEST_CASE("two votes of one signer in one view are told and kept as evidence", "[replica][S23]") {
  Lone lone;
  lone.grow_to(2);
  lone.forget();
  lone.vote(3, View{2}, test_hash("one"));
  CHECK(lone.told<event::Equivocation>().empty());
  lone.vote(3, View{2}, test_hash("two"));
  REQUIRE(lone.told<event::Equivocation>().size() == 1);
  const auto evidence = lone.replica->evidence();
  REQUIRE(evidence.size() == 1);
  CHECK(evidence[0].signer == test_key(3).public_key());
  CHECK(evidence[0].first.block == test_hash("one"));
  CHECK(evidence[0].second.block == test_hash("two"));
  for (const PhaseVote& vote : {evidence[0].first, evidence[0].second}) {
    const Bytes statement = phase_statement(vote.chain_id, vote.view, vote.block, vote.phase);
    CHECK(verify_ed25519(evidence[0].signer, statement, vote.signature));
  }
  CHECK(lone.replica->status().equivocations == 1);
  // It outlives a restart, and is read from the store by whoever looks at a dead node.
  lone.restart();
  CHECK(lone.replica->evidence() == evidence);
  CHECK(TreeReader(lone.store).evidence().begin()->second == evidence[0]);
}

TEST_CASE("no message is fatal, whatever is wrong with it", "[replica][S24][I39]") {
  Lone lone;
  lone.connect({2, 3, 4});
  lone.grow_to(6);
  const View view = lone.view();
  PhaseCertificate forged = lone.pc(view, lone.chain.back().hash);
  forged.signatures[0].emplace();
  PhaseCertificate short_of_slots = lone.pc(view, lone.chain.back().hash);
  short_of_slots.signatures.pop_back();
  Block lying_hash = Lone::block(Height{6}, lone.pc(View{5}, lone.chain[4].hash), "lie");
  lying_hash.hash = test_hash("something else");
  const Signature no_signature;
  const std::vector<Message> messages{
      Proposal{test_chain, view, lying_hash},
      Proposal{ChainId{8}, view, lying_hash},
      Proposal{test_chain, next(view), Lone::block(Height{9}, forged, "forged")},
      Nudge{test_chain, view, genesis_pc()},
      Nudge{test_chain, next(view), forged},
      PhaseVote{test_chain, view, test_hash("block"), Phase::decide, no_signature},
      NewView{test_chain, view, short_of_slots},
      TimeoutVote{test_chain, View{10}, no_signature, lone.tc(7)},
      TimeoutVote{test_chain, View{7}, no_signature, std::nullopt},
      AdvanceView{forged},
      AdvertisePC{forged},
      AdvertiseBlock{test_chain, Height{1'000}, no_signature},
      BlockSyncRequest{test_chain, Height{1'000}, 0},
      BlockSyncResponse{{lying_hash}, forged},
  };
  for (const std::uint8_t origin : {2, 3, 4, 9}) {
    for (const Message& message : messages) lone.receive(origin, message);
  }
  CHECK_FALSE(lone.told<event::InvalidMessage>().empty());
  lone.wait(milliseconds(2'000));  // the quota of failed checks is a matter of a second
  const Height before = *lone.tree().committed_height();
  const Block& tip = lone.chain.back();
  const PhaseCertificate good = lone.pc(View{6}, tip.hash);
  while (lone.leader(lone.view()) == 1) lone.wait(milliseconds(1'000));
  lone.advance(good);
  CHECK(lone.tree().committed_height().value_or(Height{0}) >= before);
  lone.forget();
  lone.propose(Lone::block(next(tip.height), good, "goes on"));
  CHECK(lone.all<PhaseVote>().size() == 1);
}

TEST_CASE("failed signature checks are paid from a quota of the sender", "[replica][S35]") {
  Lone lone;
  lone.grow_to(3);
  const std::uint64_t before = lone.replica->status().signatures_verified;
  for (std::uint64_t i = 0; i < 400; ++i) {
    PhaseCertificate forged = test_pc(100 + i, test_hash("nothing"));
    forged.signatures.resize(4);
    for (auto& signature : forged.signatures) signature.emplace();
    lone.receive(9, NewView{test_chain, lone.view(), forged});
  }
  CHECK(lone.replica->status().signatures_verified - before <= 110);
  // Others are not affected by it.
  lone.advance(lone.pc(View{3}, lone.chain.back().hash));
  CHECK(lone.view() == View{4});
}

TEST_CASE("an app that throws makes a block invalid and stops nobody", "[replica][S46]") {
  Lone lone;
  lone.grow_to(2);
  lone.app.on_validate = [](const ValidateRequest&) { throw std::runtime_error("out of paper"); };
  const Block refused = lone.grow();
  CHECK_FALSE(lone.tree().contains(refused.hash));
  REQUIRE(lone.told<event::AppFailure>().size() == 1);
  CHECK(lone.told<event::AppFailure>()[0].why == "out of paper");
  lone.app.on_validate = nullptr;
  lone.wait(milliseconds(1'000));
  lone.propose(Lone::block(Height{2}, lone.pc(View{2}, lone.chain[1].hash), "goes on"));
  CHECK(lone.all<PhaseVote>().back().view == lone.view());
}
