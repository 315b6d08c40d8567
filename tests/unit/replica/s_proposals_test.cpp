// Proposals that are not voted for and yet stored: off the lock, or late. Each test fails with the
// planted bug of its name (scripts/mutants).
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

TEST_CASE("a block off the locked branch is stored, and a later certificate of it frees the lock",
          "[replica][S55][I41]") {
  Lone lone;
  lone.grow_to(5);
  REQUIRE(lone.tree().locked_pc().block == lone.chain[2].hash);
  lone.wait(milliseconds(1'000));
  REQUIRE(lone.view() == View{6});
  const Block beside =
      Lone::block(Height{2}, lone.pc(View{2}, lone.chain[1].hash), "beside the lock");
  lone.propose(beside);
  CHECK(lone.tree().contains(beside.hash));
  CHECK_FALSE(lone.has_voted_for(beside.hash));
  CHECK(lone.tree().locked_pc().block == lone.chain[2].hash);
  // A quorum of others was not locked.
  const PhaseCertificate newer = lone.pc(View{6}, beside.hash, Phase::generic, {2, 3, 4});
  const Block child = Lone::block(Height{3}, newer, "on the other branch");
  lone.propose(child, View{7});
  CHECK(lone.has_voted_for(child.hash));
}

TEST_CASE("a proposal that its certificate overtook is stored and never voted for",
          "[replica][S55]") {
  Lone lone;
  lone.grow_to(2);
  const Block overtaken =
      Lone::block(Height{2}, lone.pc(View{2}, lone.chain.back().hash), "overtaken");
  const PhaseCertificate certificate = lone.pc(View{3}, overtaken.hash, Phase::generic, {2, 3, 4});
  lone.advance(certificate);
  REQUIRE(lone.view() == View{4});
  lone.propose(overtaken, View{3});
  CHECK(lone.tree().highest_pc() == certificate);
  CHECK_FALSE(lone.has_voted_for(overtaken.hash));
}

TEST_CASE("a late proposal whose parent was missing may come again when that is there",
          "[replica][S55][S55b]") {
  Lone lone;
  lone.grow_to(2);
  const Block parent = Lone::block(Height{2}, lone.pc(View{2}, lone.chain.back().hash), "parent");
  const Block child = Lone::block(Height{3}, lone.pc(View{3}, parent.hash), "child");
  lone.advance(lone.pc(View{4}, child.hash));
  REQUIRE(lone.view() == View{5});
  lone.propose(child, View{4});
  CHECK_FALSE(lone.tree().contains(child.hash));
  lone.propose(parent, View{3});
  REQUIRE(lone.tree().contains(parent.hash));
  lone.propose(child, View{4});
  CHECK(lone.tree().contains(child.hash));
}

TEST_CASE("of the late proposals of a leader in one view the first is served",
          "[replica][S55][S55c]") {
  Lone lone;
  lone.grow_to(2);
  const PhaseCertificate justify = lone.pc(View{2}, lone.chain.back().hash);
  const Block first = Lone::block(Height{2}, justify, "first");
  const Block second = Lone::block(Height{2}, justify, "second");
  lone.wait(milliseconds(1'000));
  REQUIRE(lone.view() == View{3});
  lone.wait(milliseconds(1'000));
  lone.propose(first, View{3});
  lone.propose(second, View{3});
  CHECK(lone.tree().contains(first.hash));
  CHECK_FALSE(lone.tree().contains(second.hash));
}
