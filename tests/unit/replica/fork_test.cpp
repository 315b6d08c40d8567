// More than a third of the power has lied: the replica stops before it takes part in a fork.
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

// Steps on for a while with everything that would make a healthy replica vote and propose.
void check_is_silent(Lone& lone) {
  CHECK(lone.replica->status().halted);
  CHECK_FALSE(lone.replica->next_deadline().has_value());
  lone.forget();
  const View before = lone.view();
  lone.wait(std::chrono::seconds(30));
  lone.advance(lone.pc(before, lone.chain.back().hash));
  lone.receive(2, BlockSyncRequest{test_chain, Height{0}, 10});
  lone.connect({2, 3});
  CHECK(lone.sent.empty());
  CHECK(lone.events.empty());
  CHECK(lone.view() == before);
}

// Makes the replica ask peer 2, which must be connected, and gives its answer.
void answer(Lone& lone, const BlockSyncResponse& response, std::size_t given_before = 0) {
  lone.wait(milliseconds(260));  // what was asked before is given up
  const View ahead{lone.view().value + 100};
  lone.receive(2, AdvertisePC{lone.pc(ahead, test_hash("far ahead"))});
  REQUIRE(lone.all_to<BlockSyncRequest>(2).size() > given_before);
  lone.receive(2, response);
}

}  // namespace

TEST_CASE("two certificates of one view end a replica, with both in its last words",
          "[replica][S57]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(6);
  const View view{lone.view().value - 2};
  const auto committed = lone.replica->status().committed_height;
  const PhaseCertificate other = lone.pc(view, test_hash("another block"));
  SECTION("in an AdvanceView") { lone.advance(other); }
  SECTION("in an AdvertisePC") { lone.receive(2, AdvertisePC{other}); }
  SECTION("in a NewView") { lone.receive(2, NewView{test_chain, lone.view(), other}); }
  SECTION("in a proposal") { lone.propose(Lone::block(Height{9}, other, "on another branch")); }
  SECTION("in a block that was asked for") {
    answer(lone, {{Lone::block(Height{9}, other, "x")}, genesis_pc()});
  }
  SECTION("in a reply's own certificate") { answer(lone, {{}, other}); }
  const auto last = lone.told<event::SafetyViolation>();
  REQUIRE(last.size() == 1);
  CHECK(last[0].theirs == other);
  CHECK(last[0].ours.view == view);
  CHECK(last[0].ours.block != other.block);
  CHECK(lone.tree().committed_height() == committed);
  const auto shown = lone.all<AdvertisePC>();
  REQUIRE(shown.size() >= 2);
  CHECK(shown[shown.size() - 2].highest_pc == last[0].ours);
  CHECK(shown.back().highest_pc == last[0].theirs);
  check_is_silent(lone);
}

TEST_CASE("what the same validators sign on another chain is no fork of this one",
          "[replica][S57]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(6);
  PhaseCertificate foreign = test_pc(lone.view().value - 1, test_hash("another chain's block"));
  foreign.chain_id = ChainId{test_chain.value + 1};
  foreign = signed_pc(foreign, lone.set, {1, 2, 3});
  answer(lone, {{lone.chain.back()}, foreign});
  CHECK_FALSE(lone.replica->status().halted);
  CHECK(lone.told<event::BanPeer>().size() == 1);
}

TEST_CASE("two certificates of unknown blocks in one view end a replica that lags behind both",
          "[replica][S57][S57c]") {
  Lone lone;
  lone.grow_to(4);
  const View view{lone.view().value + 3};
  lone.advance(lone.pc(view, test_hash("one branch")));
  CHECK_FALSE(lone.replica->status().halted);
  lone.receive(3, AdvertisePC{lone.pc(view, test_hash("the other"))});
  CHECK(lone.replica->status().halted);
}

TEST_CASE("a newer certificate beside a committed block ends a replica", "[replica][S57]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(8);
  const Height committed = *lone.replica->status().committed_height;
  const PhaseCertificate justify = lone.tree().header(lone.chain[committed.value].hash)->justify;
  const Block beside = Lone::block(committed, justify, "beside the committed block");
  const PhaseCertificate other = lone.pc(View{lone.view().value + 40}, beside.hash);
  // Shown by its certificate alone it might stand anywhere: the height of who carries it is a word.
  const Block child = Lone::block(next(committed), other, "its child");
  lone.propose(child);
  answer(lone, {{child}, genesis_pc()});
  CHECK(lone.told<event::SafetyViolation>().empty());
  answer(lone, {{beside}, other}, 1);
  REQUIRE(lone.told<event::SafetyViolation>().size() == 1);
  CHECK(lone.told<event::SafetyViolation>()[0].theirs == other);
  CHECK(lone.told<event::SafetyViolation>()[0].ours.block == lone.chain[committed.value].hash);
  check_is_silent(lone);
}

TEST_CASE("forged and older certificates beside our branch harm nobody", "[replica][S57]") {
  Lone lone;
  lone.grow_to(8);
  PhaseCertificate forged = lone.pc(View{5}, test_hash("another block"));
  forged.signatures[0] = forged.signatures[1];
  lone.advance(forged);
  lone.advance(lone.pc(View{5}, test_hash("another block"), Phase::generic, {1, 2}));
  // Of a view in which our branch certified nothing, before the committed block: given up by all.
  Lone gap;
  gap.connect({2});
  gap.grow_to(3);
  gap.advance(gap.tc(10));
  gap.grow_to(18);
  REQUIRE(*gap.replica->status().committed_height > Height{4});
  const Block given_up =
      Lone::block(Height{4}, gap.tree().header(gap.chain[4].hash)->justify, "given up");
  answer(gap, {{given_up}, gap.pc(View{7}, given_up.hash)});
  // Nor one that is newer than the certificate of the committed block, but older than the three
  // that committed it or what came after: few saw it before the others locked our branch.
  gap.advance(gap.tc(20));
  gap.grow_to(26);
  const PhaseCertificate overtaken = gap.pc(View{20}, given_up.hash);
  REQUIRE(overtaken.view > gap.tree().header(gap.chain[5].hash)->justify.view);
  answer(gap, {{given_up}, overtaken}, 1);
  for (Lone* each : {&lone, &gap}) {
    CHECK(each->told<event::SafetyViolation>().empty());
    CHECK_FALSE(each->replica->status().halted);
  }
}

TEST_CASE("a reply that nobody asked for is not searched for a fork", "[replica][S57][S57b]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(8);
  std::vector<Block> blocks{Lone::block(Height{3}, lone.pc(View{3}, test_hash("other")), "first")};
  for (std::uint64_t view = 4; view < 7; ++view) {
    const PhaseCertificate justify = lone.pc(View{view}, blocks.back().hash);
    blocks.push_back(Lone::block(next(blocks.back().height), justify, "next"));
  }
  const BlockSyncResponse reply{blocks, lone.pc(View{7}, blocks.back().hash)};
  const std::uint64_t verified = lone.replica->status().signatures_verified;
  lone.receive(2, reply);
  CHECK(lone.replica->status().signatures_verified == verified);
  CHECK_FALSE(lone.replica->status().halted);
  answer(lone, reply);
  CHECK(lone.replica->status().halted);
}

TEST_CASE("the false certificates of one reply cost no more checks than its sender has",
          "[replica][S57][S35]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(70);
  std::vector<Block> blocks;
  Hash parent = test_hash("other");
  for (std::uint64_t view = 8; view < 69; ++view) {
    PhaseCertificate forged = lone.pc(View{view}, parent);
    for (auto& signature : forged.signatures) {
      if (signature) *signature = test_key(9).sign(to_bytes("something else"));
    }
    blocks.push_back(Lone::block(Height{200 + view}, forged, "forged"));
    parent = blocks.back().hash;
  }
  // Three replies of 61 each, and a hundred failed checks a second.
  const std::uint64_t verified = lone.replica->status().signatures_verified;
  for (int i = 0; i < 3; ++i) {
    lone.receive(2, AdvertisePC{lone.pc(View{lone.view().value + 100}, test_hash("far ahead"))});
    lone.receive(2, BlockSyncResponse{blocks, genesis_pc()});
    lone.wait(milliseconds(130));
  }
  CHECK(lone.replica->status().signatures_verified - verified <= 150);
  CHECK_FALSE(lone.replica->status().halted);
}

TEST_CASE("a replica that has seen a fork stays so over a restart and says it again",
          "[replica][S57][S57d]") {
  Lone lone;
  lone.grow_to(6);
  lone.advance(lone.pc(View{lone.view().value - 2}, test_hash("another block")));
  REQUIRE(lone.told<event::SafetyViolation>().size() == 1);
  const event::SafetyViolation proof = lone.told<event::SafetyViolation>()[0];
  CHECK(lone.tree().reader().fork() == proof);
  lone.forget();
  lone.restart();
  REQUIRE(lone.told<event::SafetyViolation>().size() == 1);
  CHECK(lone.told<event::SafetyViolation>()[0] == proof);
  CHECK(lone.all<AdvertisePC>().size() == 2);
  CHECK(lone.sent.size() == 2);
  check_is_silent(lone);
}
