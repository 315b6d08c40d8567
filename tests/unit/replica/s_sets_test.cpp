// Validator sets that change: who judges what, and no update that gets stuck. Each test fails with
// the planted bug of its name (scripts/mutants).
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

const ValidatorSetUpdates adds_fifth = sets_power({{5, 1}});

// All of {1, 2, 3, 4} gives way to {5, 6, 7, 8}.
ValidatorSetUpdates replaces_all() {
  ValidatorSetUpdates updates = sets_power({{5, 1}, {6, 1}, {7, 1}, {8, 1}});
  for (const std::uint8_t key : {1, 2, 3, 4}) updates.erase(test_key(key).public_key());
  return updates;
}

// The first view from `from` on that neither of the sets' leaders of it lets this replica lead, and
// that two different replicas lead.
View view_of_two_leaders(const Lone& lone, const ValidatorSet& a, const ValidatorSet& b,
                         View from) {
  const PublicKey own = lone.key.public_key();
  View view = from;
  while (a.leader(view) == b.leader(view) || a.leader(view) == own || b.leader(view) == own) {
    view = next(view);
  }
  return view;
}

}  // namespace

TEST_CASE(
    "a Decide certificate carries a replica that missed the Commit certificate over an update",
    "[replica][S07]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(adds_fifth);
  lone.set = *lone.set.with(adds_fifth);
  // All nudges were lost. The chain goes on in the new set, whose members led and signed.
  View proposed_in{8};
  while (lone.leader(proposed_in) == 1) proposed_in = next(proposed_in);
  const PhaseCertificate decide =
      lone.pc(View{proposed_in.value - 1}, update.hash, Phase::decide, {1, 2, 3, 5});
  const Block child = Lone::block(next(update.height), decide, "child of the update");
  lone.propose(child, proposed_in);
  CHECK(lone.replica->validators().committed->size() == 5);
  CHECK(lone.replica->validators().update_decided);
  CHECK(lone.tree().contains(child.hash));
  CHECK(lone.has_voted_for(child.hash));
}

TEST_CASE("a set that a leader made up does not decide on itself", "[replica][S07][S07b]") {
  Lone lone;
  lone.connect({2, 3, 4});
  lone.grow_to(2);
  const ValidatorSetUpdates hijack = sets_power({{11, 100}, {12, 100}, {13, 100}, {14, 100}});
  const Block update = lone.grow_update(hijack);
  REQUIRE(lone.has_voted_for(update.hash, Phase::prepare));
  const ValidatorSet old = lone.set;
  lone.set = *old.with(hijack);
  lone.forget();
  const View decided_in = lone.view();
  const PhaseCertificate decide = lone.pc(decided_in, update.hash, Phase::decide, {11, 12, 13, 14});
  lone.receive(2, NewView{test_chain, lone.view(), decide});
  CHECK(*lone.replica->validators().committed == old);
  CHECK(lone.tree().committed_height() < update.height);
  // It may be true all the same: the old set's Commit certificate is asked for, and opens the way.
  REQUIRE(lone.all_to<BlockSyncRequest>(2).size() == 1);
  lone.set = old;
  const PhaseCertificate commit = lone.pc(decided_in, update.hash, Phase::commit);
  lone.receive(2, BlockSyncResponse{{}, commit});
  CHECK(lone.tree().committed_height() == update.height);
  lone.receive(2, NewView{test_chain, lone.view(), decide});
  CHECK(lone.replica->validators().update_decided);
}

TEST_CASE("the locked block of an update is voted for again when it is proposed again",
          "[replica][S08]") {
  Lone lone;  // leads views 1, 5
  lone.grow_to(2);
  const Block update = lone.grow_update(adds_fifth);
  lone.advance(lone.pc(View{3}, update.hash, Phase::prepare));
  lone.receive(2, Nudge{test_chain, View{4}, lone.pc(View{3}, update.hash, Phase::prepare)});
  lone.advance(lone.pc(View{4}, update.hash, Phase::precommit));
  REQUIRE(lone.tree().locked_pc().block == update.hash);
  // The collector of the Commit votes fails. Its justify is older than the lock, and its parent is
  // not on the lock's branch.
  lone.wait(milliseconds(1'000));
  REQUIRE(lone.view() == View{6});
  lone.forget();
  lone.propose(update);
  CHECK(lone.has_voted_for(update.hash, Phase::prepare));
}

TEST_CASE("a leader proposes an unfinished update again with all of its data",
          "[replica][S04a][S08]") {
  Lone lone;  // leads view 5
  lone.grow_to(1);
  const Block update = lone.grow_update(adds_fifth);
  lone.advance(lone.pc(View{2}, update.hash, Phase::prepare));
  lone.wait(milliseconds(2'000));
  REQUIRE(lone.view() == View{5});
  lone.forget();
  lone.wait(milliseconds(130));
  const auto proposals = lone.all<Proposal>();
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].block == update);
}

TEST_CASE("timeout votes from before a change of the sets count for the new set",
          "[replica][S10]") {
  Lone lone;
  lone.grow_to(5);
  const Block update = lone.grow_update(removes({3, 4}));
  lone.wait(milliseconds(6'000));
  REQUIRE(lone.view() == View{10});
  lone.vote_timeout(2, View{10});
  REQUIRE(lone.view() == View{10});  // two of four with the own vote
  lone.receive(3, NewView{test_chain, View{10}, lone.pc(View{7}, update.hash, Phase::commit)});
  REQUIRE(lone.replica->validators().committed->size() == 2);
  CHECK(lone.view() == View{11});  // two of two
}

TEST_CASE("votes of a coming set that shares nobody with ours count once its update is committed",
          "[replica][S10][S10b]") {
  Lone lone;
  lone.grow_to(3);
  const Block update = lone.grow_update(replaces_all());
  lone.wait(milliseconds(3'000));
  const View decided_in = lone.view();
  lone.forget();
  for (const std::uint8_t signer : {5, 6, 7}) {
    lone.vote(signer, decided_in, update.hash, Phase::decide);
  }
  // Nobody of our set has signed, so the Commit certificate comes first. It moves no view.
  REQUIRE(lone.view() == decided_in);
  REQUIRE_FALSE(lone.replica->validators().update_height);
  lone.receive(2, NewView{test_chain, decided_in,
                          lone.pc(View{decided_in.value - 1}, update.hash, Phase::commit)});
  CHECK(lone.replica->validators().update_decided);
  CHECK(lone.replica->validators().update_height == update.height);
  CHECK(lone.view() == next(decided_in));
}

TEST_CASE("votes of a coming set that shares enough with ours need not wait for the commit",
          "[replica][S38][S38b][S10c]") {
  Lone lone;
  lone.grow_to(3);
  const Block update = lone.grow_update(adds_fifth);
  lone.wait(milliseconds(3'000));
  const View decided_in = lone.view();
  for (const std::uint8_t signer : {2, 3, 5}) {
    lone.vote(signer, decided_in, update.hash, Phase::decide);
  }
  REQUIRE_FALSE(lone.replica->validators().update_height);
  lone.vote(4, decided_in, update.hash, Phase::decide);  // four of five
  CHECK(lone.replica->validators().update_decided);
  CHECK(lone.replica->validators().update_height == update.height);
  CHECK(lone.view() == next(decided_in));
}

TEST_CASE("of an update that is held and not committed block sync asks for its certificate",
          "[replica][S07][S07e]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(3);
  const Block update = lone.grow_update(adds_fifth);
  lone.advance(lone.pc(lone.view(), update.hash, Phase::prepare));
  REQUIRE(lone.tree().highest_pc().block == update.hash);
  lone.forget();
  lone.receive(2, AdvertisePC{lone.pc(View{50}, test_hash("a later block"))});
  const auto requests = lone.all_to<BlockSyncRequest>(2);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].start_height == update.height);
}

TEST_CASE("a block that was refused is not given to the app again", "[replica][S28][S28b]") {
  Lone lone;
  lone.grow_to(2);
  const Block refused = lone.grow_update(sets_power({{5, std::uint64_t{1} << 60}}));
  const std::size_t validated = lone.app.validated;
  lone.wait(milliseconds(1'000));
  lone.propose(refused);
  CHECK(lone.app.validated == validated);
  CHECK_FALSE(lone.tree().contains(refused.hash));
}

TEST_CASE("an update that leads to an impossible total power is invalid", "[replica][S14]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(sets_power({{5, std::uint64_t{1} << 60}}));
  CHECK_FALSE(lone.tree().contains(update.hash));
  CHECK_FALSE(lone.has_voted_for(update.hash, Phase::prepare));
}

TEST_CASE("an update that leads to a degenerate set is invalid", "[replica][S28]") {
  Lone lone;
  lone.grow_to(2);
  SECTION("an empty one") {
    CHECK_FALSE(lone.tree().contains(lone.grow_update(removes({1, 2, 3, 4})).hash));
  }
  SECTION("a member without power") {
    CHECK_FALSE(lone.tree().contains(lone.grow_update(sets_power({{5, 0}})).hash));
  }
  SECTION("a key that is no point of the curve") {
    ValidatorSetUpdates updates;
    PublicKey no_point;
    no_point.bytes.fill(0xff);
    updates.insert(no_point, Power{1});
    CHECK_FALSE(lone.tree().contains(lone.grow_update(updates).hash));
  }
}

TEST_CASE("the proposal of the new set's leader comes before the nudge of the old set's",
          "[replica][S33]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(adds_fifth);
  const ValidatorSet old = lone.set;
  lone.set = *old.with(adds_fifth);
  const PhaseCertificate commit = signed_pc(test_pc(3, update.hash, Phase::commit), old, {1, 2, 3});
  lone.advance(commit);
  REQUIRE_FALSE(lone.replica->validators().update_decided);
  const View contested = view_of_two_leaders(lone, old, lone.set, View{6});
  while (next(lone.view()) < contested) lone.wait(milliseconds(1'000));
  const PhaseCertificate decide = lone.pc(View{4}, update.hash, Phase::decide, {1, 2, 3, 5});
  const Block child = Lone::block(next(update.height), decide, "child of the update");
  lone.receive(Lone::leader(contested, old), Nudge{test_chain, contested, commit});
  lone.receive(Lone::leader(contested, lone.set), Proposal{test_chain, contested, child});
  REQUIRE(lone.replica->status().buffered_messages == 2);
  lone.forget();
  lone.wait(milliseconds(1'000));
  std::vector<Hash> voted_for;
  for (const PhaseVote& vote : lone.all<PhaseVote>()) {
    if (vote.view == contested) voted_for.push_back(vote.block);
  }
  REQUIRE_FALSE(voted_for.empty());
  CHECK(voted_for.front() == child.hash);
}

TEST_CASE("votes of the old set's phases are offered to the old set after the commit",
          "[replica][S38]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(replaces_all());
  lone.commit_update();
  REQUIRE_FALSE(lone.replica->validators().update_decided);
  lone.forget();
  const View voted_in = lone.view();
  for (const std::uint8_t signer : {2, 3, 4}) {
    lone.vote(signer, voted_in, update.hash, Phase::commit);
  }
  const auto collected = lone.told<event::CollectPC>();
  REQUIRE(collected.size() == 1);
  CHECK(collected[0].pc.signatures.size() == 4);
  CHECK(lone.view() == next(voted_in));
}

TEST_CASE("the child of an update is validated on the state after the update", "[replica][S43]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(adds_fifth);
  lone.wait(milliseconds(3'000));  // no certificate of the update is seen
  REQUIRE(lone.view() == View{6});
  const PhaseCertificate decide =
      signed_pc(test_pc(5, update.hash, Phase::decide), *lone.set.with(adds_fifth), {1, 2, 3, 5});
  const Block child = Lone::block(next(update.height), decide, "child of the update");
  std::vector<std::size_t> seen;
  lone.app.on_validate = [&](const ValidateRequest& request) {
    seen.push_back(request.state.committed_validators().size());
  };
  lone.propose(child);  // by a leader of the old set, which need not show it the certificate before
  CHECK(seen == std::vector<std::size_t>{5});
  CHECK(lone.tree().contains(child.hash));
}

TEST_CASE("a Decide certificate off the lock decides nothing", "[replica][S43][S43b]") {
  Lone lone;
  lone.grow_to(2);
  const Block parent = lone.chain.back();
  const Block update = lone.grow_update(adds_fifth);
  lone.app.updates_at = [](Height) { return std::nullopt; };
  lone.wait(milliseconds(4'000));
  REQUIRE(lone.view() == View{7});
  // The update's siblings lock this replica in the view after the update's.
  const Block first = Lone::block(update.height, lone.pc(View{2}, parent.hash), "first beside");
  const Block second = Lone::block(next(first.height), lone.pc(View{4}, first.hash), "second");
  const Block third = Lone::block(next(second.height), lone.pc(View{5}, second.hash), "third");
  lone.propose(first, View{4});
  lone.propose(second, View{5});
  lone.propose(third, View{6});
  REQUIRE(lone.tree().locked_pc().block == first.hash);
  const PhaseCertificate decide =
      signed_pc(test_pc(3, update.hash, Phase::decide), *lone.set.with(adds_fifth), {1, 2, 3, 5});
  const Block child = Lone::block(next(update.height), decide, "child of the update");
  lone.propose(child);
  CHECK_FALSE(lone.tree().contains(child.hash));
  CHECK(lone.replica->validators().update_decided);
  CHECK_FALSE(lone.tree().committed_height());
  CHECK(lone.told<event::SafetyViolation>().empty());
}

TEST_CASE("the leader of a view is heard if its certificate alone shows that it leads",
          "[replica][S07][S07d]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(adds_fifth);
  const ValidatorSet old = lone.set;
  lone.set = *old.with(adds_fifth);
  const View contested = view_of_two_leaders(lone, old, lone.set, View{6});
  lone.wait(milliseconds(1'000) * static_cast<int>(contested.value - lone.view().value));
  REQUIRE(lone.view() == contested);
  // Neither certificate of the update was seen, and this one is of a view that has passed.
  const PhaseCertificate decide = lone.pc(View{5}, update.hash, Phase::decide, {1, 2, 3, 5});
  const Block child = Lone::block(next(update.height), decide, "child of the update");
  lone.propose(child, contested);
  CHECK(lone.replica->validators().update_decided);
  CHECK(lone.has_voted_for(child.hash));
}

TEST_CASE("while two sets are active both leaders must know before a NewView is spared",
          "[replica][S51][S51b]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(adds_fifth);
  const ValidatorSet old = lone.set;
  const ValidatorSet updated = *old.with(adds_fifth);
  lone.commit_update();
  REQUIRE_FALSE(lone.replica->validators().update_decided);
  const View contested = view_of_two_leaders(lone, old, updated, next(lone.view()));
  while (next(lone.view()) < contested) lone.wait(milliseconds(1'000));
  lone.forget();
  const PhaseCertificate again = lone.pc(lone.view(), update.hash, Phase::commit);
  lone.receive(Lone::leader(contested, updated), AdvanceView{again});
  REQUIRE(lone.view() == contested);
  CHECK(lone.all_to<NewView>(Lone::leader(contested, old)).size() == 1);
}

TEST_CASE("a reference replica that waits behind an update is shown its Commit certificate",
          "[replica][S07][S07c]") {
  ReplicaConfig config = Cluster::default_config();
  config.reference_peers = true;
  Lone lone(1, Lone::four(), config);
  lone.grow_to(3);
  lone.grow_update(adds_fifth);
  const PhaseCertificate commit = lone.pc(lone.view(), lone.chain.back().hash, Phase::commit);
  lone.commit_update();
  lone.propose_next(lone.decide_update(adds_fifth, {1, 2, 3, 5}));
  lone.grow_to(12);
  lone.forget();
  lone.vote_timeout(3, View{10});
  std::vector<std::string_view> to_third;
  for (const Send& send : lone.sent) {
    const auto* to = std::get_if<PublicKey>(&send.to);
    if (to != nullptr && *to == test_key(3).public_key()) {
      to_third.push_back(name_of(*send.message));
    }
  }
  CHECK(to_third == std::vector<std::string_view>{"NewView", "AdvanceView"});
  REQUIRE(lone.all_to<NewView>(3).size() == 1);
  CHECK(lone.all_to<NewView>(3)[0].highest_pc == commit);
  CHECK(lone.all_to<NewView>(3)[0].view == View{10});
}

namespace {

// Carries the client's requests to the server and its responses back, as if they were those of
// `as`, until the client asks no more.
void serve(Lone& client, Lone& server, std::uint8_t as) {
  for (int round = 0; round < 50; ++round) {
    const auto requests = client.all_to<BlockSyncRequest>(as);
    client.sent.clear();
    if (requests.empty()) return;
    server.forget();
    server.receive(21, requests.back());
    const auto responses = server.all<BlockSyncResponse>();
    REQUIRE(responses.size() == 1);
    client.receive(as, responses[0]);
  }
  FAIL("the client asks for ever");
}

}  // namespace

TEST_CASE("once an update is decided no votes are counted for the set before it",
          "[replica][S38]") {
  Lone lone;
  lone.grow_to(3);
  ValidatorSetUpdates change = sets_power({{5, 1}});
  change.erase(test_key(4).public_key());
  lone.grow_update(change);
  lone.commit_update();
  lone.propose_next(lone.decide_update(change, {2, 3, 5}));
  REQUIRE(lone.replica->validators().update_decided);
  lone.forget();
  const Hash block = test_hash("a block");
  for (const std::uint8_t signer : {2, 3, 4}) lone.vote(signer, lone.view(), block);
  CHECK(lone.told<event::CollectPC>().empty());
  lone.vote(5, lone.view(), block);
  CHECK(lone.told<event::CollectPC>().size() == 1);
}

TEST_CASE("a replica from an empty store crosses two complete changes of the set by sync",
          "[replica][S36][S07]") {
  Lone server(20);  // a listener
  server.grow_to(3);
  const ValidatorSetUpdates first = replaces_all();
  server.grow_update(first);
  server.commit_update();
  server.propose_next(server.decide_update(first, {5, 6, 7}));
  server.grow_to(12);
  ValidatorSetUpdates second = sets_power({{9, 1}, {10, 1}, {11, 1}, {12, 1}});
  for (const std::uint8_t key : {5, 6, 7, 8}) second.erase(test_key(key).public_key());
  server.grow_update(second);
  server.commit_update();
  server.propose_next(server.decide_update(second, {9, 10, 11}));
  server.grow_to(20);
  REQUIRE(server.replica->validators().update_decided);

  Lone client(21);
  client.app.updates_at = server.app.updates_at;
  client.connect({2});
  const Signature signature = test_key(2).sign(advertise_statement(test_chain, Height{10}));
  for (int i = 0; i < 10 && client.all<BlockSyncRequest>().empty(); ++i) {
    client.receive(2, AdvertiseBlock{test_chain, Height{10}, signature});
    client.wait(milliseconds(1'000));
  }
  serve(client, server, 2);
  CHECK(client.tree().committed_height() == server.tree().committed_height());
  CHECK(client.tree().committed_block() == server.tree().committed_block());
  CHECK(*client.replica->validators().committed == *server.replica->validators().committed);
  CHECK(client.replica->validators().update_decided);
  CHECK(client.told<event::BanPeer>().empty());
}

TEST_CASE("an update that sync commits is told like any other", "[replica][S53]") {
  Lone server(20);
  server.grow_to(3);
  const Block update = server.grow_update(adds_fifth);
  server.commit_update();

  Lone client(21);
  client.app.updates_at = server.app.updates_at;
  client.connect({2});
  client.receive(2, AdvertisePC{server.tree().highest_pc()});
  serve(client, server, 2);
  CHECK(client.tree().committed_height() == update.height);
  const auto told = client.told<event::UpdateValidatorSet>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].cause_block == update.hash);
  CHECK(told[0].updates == adds_fifth);
  CHECK(client.replica->validators().committed->size() == 5);
  CHECK(std::holds_alternative<CommittedUpdates>(client.tree().updates_status(update.hash)));
}

TEST_CASE("a certificate of a set that is not known yet is not held against its sender",
          "[replica][S36]") {
  Lone lone;
  lone.grow_to(2);
  lone.forget();
  PhaseCertificate of_five = lone.pc(View{50}, test_hash("a later block"));
  of_five.signatures.push_back(of_five.signatures.front());
  lone.receive(2, AdvanceView{of_five});
  REQUIRE(lone.told<event::InvalidMessage>().size() == 1);
  CHECK_FALSE(lone.told<event::InvalidMessage>().back().provable);

  PhaseCertificate forged = lone.pc(View{50}, lone.chain.back().hash);
  for (auto& signature : forged.signatures) {
    if (signature) signature->bytes[0] ^= 1;
  }
  lone.receive(3, AdvanceView{forged});
  REQUIRE(lone.told<event::InvalidMessage>().size() == 2);
  CHECK(lone.told<event::InvalidMessage>().back().provable);
}
