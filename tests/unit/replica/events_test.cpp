// Every kind of event is told in the situation that it names, and in the order of PROTOCOL 10.
#include <set>

#include "lib/types/event_handlers.h"
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

template <std::size_t... Index>
std::set<std::string> names_of_all_kinds(std::index_sequence<Index...>) {
  return {std::string(name_of(Event(std::in_place_index<Index>)))...};
}

std::set<std::string> names_of_all_kinds() {
  return names_of_all_kinds(std::make_index_sequence<std::variant_size_v<Event>>{});
}

std::vector<std::string> names(const std::vector<Event>& events) {
  std::vector<std::string> told;
  for (const Event& event : events) told.emplace_back(name_of(event));
  return told;
}

// Names in the order in which they were told, others left out.
std::vector<std::string> names(const std::vector<Event>& events,
                               const std::set<std::string>& wanted) {
  std::vector<std::string> told;
  for (const std::string& name : names(events)) {
    if (wanted.contains(name)) told.push_back(name);
  }
  return told;
}

// What a step of the test told beside what was told before.
class Told {
 public:
  explicit Told(Lone& lone) : lone_(lone) {}
  // Fails unless the events since the last call hold all of these; notes them.
  void expect(const std::vector<std::string>& wanted) {
    const std::vector<std::string> told = names(lone_.events);
    for (const std::string& name : wanted) {
      INFO("wanted " << name);
      CHECK(std::find(told.begin(), told.end(), name) != told.end());
      seen.insert(name);
    }
    lone_.forget();
  }
  std::set<std::string> seen;

 private:
  Lone& lone_;
};

}  // namespace

TEST_CASE("every kind of event is told in its situation", "[replica][events]") {
  Lone lone;  // leads view 1
  Told told(lone);
  lone.forget();
  lone.connect({2, 3});  // with itself a quorum: view 0 is not waited for
  told.expect({"TimeoutVote", "ReceiveTimeoutVote"});
  lone.vote_timeout(2, View{0});
  lone.vote_timeout(3, View{0});
  told.expect({"CollectTC", "UpdateHighestTC", "AdvanceView", "NewView", "StartView"});
  lone.receive(2, NewView{test_chain, View{0}, genesis_pc()});
  lone.receive(3, NewView{test_chain, View{0}, genesis_pc()});
  told.expect({"ReceiveNewView", "Propose", "ReceiveProposal", "InsertBlock", "PhaseVote"});
  lone.chain.push_back(*lone.tree().block(*lone.tree().reader().newest_block()));
  lone.grow_to(4);
  told.expect(
      {"ReceiveAdvanceView", "UpdateHighestPC", "UpdateLockedPC", "CommitBlock", "PruneBlock"});
  // It collects the votes of the view before the one it leads.
  REQUIRE(lone.leader(next(lone.view())) == 1);
  for (const std::uint8_t signer : {2, 3}) lone.vote(signer, lone.view(), lone.chain.back().hash);
  told.expect({"ReceivePhaseVote", "CollectPC"});
  REQUIRE(lone.view() == View{5});
  lone.chain.push_back(*lone.tree().block(*lone.tree().reader().newest_block()));

  // A set update: nudged through its phases, by itself where it leads.
  const ValidatorSetUpdates adds_fifth = sets_power({{5}});
  const Block update = lone.grow_update(adds_fifth);
  for (const Phase phase : {Phase::prepare, Phase::precommit}) {
    lone.advance(lone.pc(lone.view(), update.hash, phase));
    if (lone.leader(lone.view()) == 1) continue;
    const PhaseCertificate justify = lone.tree().highest_pc();
    lone.receive(lone.leader(lone.view()), Nudge{test_chain, lone.view(), justify});
  }
  told.expect({"ReceiveNudge"});
  while (lone.leader(next(lone.view())) != 1) {
    lone.wait(milliseconds(1'000));  // others' turns pass, the update stays locked
  }
  const View led = next(lone.view());
  lone.advance(lone.pc(lone.view(), update.hash, Phase::precommit));
  REQUIRE(lone.view() == led);
  told.expect({"Nudge"});
  lone.advance(lone.pc(led, update.hash, Phase::commit));
  told.expect({"UpdateValidatorSet"});

  // Block sync, both sides.
  lone.receive(2, BlockSyncRequest{test_chain, Height{0}, 10});
  told.expect({"ReceiveSyncRequest", "SendSyncResponse"});
  Lone late;
  Told told_late(late);
  late.connect({2, 3});
  late.receive(2, AdvertisePC{late.pc(View{500}, test_hash("far ahead"))});
  told_late.expect({"StartSync"});
  late.receive(2, BlockSyncResponse{{}, genesis_pc()});
  told_late.expect({"EndSync"});
  late.wait(milliseconds(500));
  late.receive(3, AdvertisePC{late.pc(View{600}, test_hash("farther ahead"))});
  Block lie = Lone::block(Height{0}, genesis_pc(), "what it should be");
  lie.data = {to_bytes("what it is not")};
  late.receive(3, BlockSyncResponse{{lie}, late.pc(View{1}, lie.hash)});
  told_late.expect({"BanPeer"});
  late.wait(milliseconds(2'000));
  told_late.expect({"ViewTimeout"});

  // Misbehaviour and failures.
  Lone judge;
  Told told_judge(judge);
  judge.grow_to(2);
  judge.vote(3, View{2}, test_hash("one"));
  judge.vote(3, View{2}, test_hash("two"));
  judge.receive(2, PhaseVote{test_chain, View{2}, test_hash("one"), Phase::generic, {}});
  judge.app.on_validate = [](const ValidateRequest&) { throw std::runtime_error("out of paper"); };
  judge.grow();
  told_judge.expect({"Equivocation", "InvalidMessage", "AppFailure"});

  Lone witness;
  Told told_witness(witness);
  witness.grow_to(4);
  witness.advance(witness.pc(View{3}, test_hash("another block")));
  told_witness.expect({"SafetyViolation"});

  std::set<std::string> seen = told.seen;
  seen.insert(told_witness.seen.begin(), told_witness.seen.end());
  seen.insert(told_late.seen.begin(), told_late.seen.end());
  seen.insert(told_judge.seen.begin(), told_judge.seen.end());
  CHECK(seen == names_of_all_kinds());
}

TEST_CASE("one update is told as certificate, lock, and then block by block upwards",
          "[replica][events]") {
  Lone lone;
  lone.grow_to(5);
  lone.forget();
  const PhaseCertificate justify = lone.pc(lone.view(), lone.chain.back().hash);
  lone.advance(justify);
  const std::vector<std::string> order = names(
      lone.events, {"UpdateHighestPC", "UpdateLockedPC", "PruneBlock", "CommitBlock", "StartView"});
  CHECK(order == std::vector<std::string>{"UpdateHighestPC", "UpdateLockedPC", "PruneBlock",
                                          "CommitBlock", "StartView"});
  const auto pruned = lone.told<event::PruneBlock>();
  const auto committed = lone.told<event::CommitBlock>();
  REQUIRE(committed.size() == 1);
  CHECK(pruned[0].block == committed[0].block);
}

TEST_CASE("blocks committed at once are told in ascending height", "[replica][events]") {
  Lone lone;
  lone.grow_to(9);
  std::vector<std::uint64_t> heights;
  for (const event::CommitBlock& commit : lone.told<event::CommitBlock>()) {
    heights.push_back(commit.height.value);
  }
  REQUIRE(heights.size() > 3);
  for (std::size_t i = 0; i < heights.size(); ++i) CHECK(heights[i] == i);
}

TEST_CASE("a block is inserted before its certificate changes anything", "[replica][events]") {
  Lone lone;
  lone.grow_to(3);
  lone.forget();
  lone.grow();
  const std::vector<std::string> order =
      names(lone.events, {"ReceiveProposal", "InsertBlock", "PhaseVote"});
  CHECK(order == std::vector<std::string>{"ReceiveProposal", "InsertBlock", "PhaseVote"});
}

TEST_CASE("a proposal that waits for its parent is told once", "[replica][events]") {
  Lone lone;
  lone.connect({2, 3, 4});
  lone.grow_to(2);
  const Block missing = Lone::block(Height{2}, lone.pc(View{2}, lone.chain.back().hash), "missing");
  const Block child = Lone::block(Height{3}, lone.pc(View{3}, missing.hash), "child");
  lone.forget();
  lone.propose(child, View{4});
  CHECK(lone.told<event::ReceiveProposal>().size() == 1);
  CHECK(lone.all<PhaseVote>().empty());
  lone.propose(missing, View{3});
  CHECK(lone.has_voted_for(child.hash));
  CHECK(lone.told<event::ReceiveProposal>().size() == 1);
}

TEST_CASE("handlers are called for every event, in order, each for its kind",
          "[replica][events][S26][S26b]") {
  Lone lone;
  std::vector<std::string> all;
  std::vector<std::uint64_t> commits;
  EventHandlers handlers;
  handlers.on_all([&](const Event& event) { all.emplace_back(name_of(event)); });
  handlers.on<event::CommitBlock>(
      [&](const event::CommitBlock& commit) { commits.push_back(commit.height.value); });
  lone.grow_to(8);
  for (const Event& event : lone.events) handlers.tell(event);
  CHECK(all == names(lone.events));
  CHECK(commits.size() == lone.told<event::CommitBlock>().size());
  CHECK(std::is_sorted(commits.begin(), commits.end()));
}
