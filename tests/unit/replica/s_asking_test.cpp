// Block sync: what is asked, whom, and when. Each test fails with the planted bug of its name
// (scripts/mutants).
#include "tests/support/sync_steps.h"

using namespace hs;
using namespace hs::test;

TEST_CASE("a server that lied is not asked for ten seconds, and then it is",
          "[replica][S13][I37]") {
  Lone lone;
  lone.connect({2});
  make_ask(lone, 2);
  REQUIRE(lone.all_to<BlockSyncRequest>(2).size() == 1);
  Block lie = Lone::block(Height{0}, genesis_pc(), "what it should be");
  lie.data = {to_bytes("what it is not")};
  lone.receive(2, BlockSyncResponse{{lie}, lone.pc(View{1}, lie.hash)});
  REQUIRE(lone.told<event::BanPeer>().size() == 1);
  lone.forget();
  for (int second = 1; second < 10; ++second) {
    lone.wait(milliseconds(1'000));
    make_ask(lone, 2);
  }
  CHECK(lone.all<BlockSyncRequest>().empty());
  lone.wait(milliseconds(1'000));
  make_ask(lone, 2);
  CHECK(lone.all_to<BlockSyncRequest>(2).size() == 1);
}

TEST_CASE("a reply that brings nothing makes the next request start above the committed block",
          "[replica][sync][S52][S52c]") {
  Lone lone;
  lone.connect({2, 3});
  lone.grow_to(6);
  lone.forget();
  const PhaseCertificate elsewhere =
      lone.pc(View{lone.view().value + 5}, test_hash("on a lower branch"));
  lone.advance(elsewhere);
  const auto requests = [&] {
    auto all = lone.all_to<BlockSyncRequest>(2);
    for (const BlockSyncRequest& each : lone.all_to<BlockSyncRequest>(3)) all.push_back(each);
    return all;
  };
  REQUIRE(requests().size() == 1);
  CHECK(requests()[0].start_height == lone.chain.back().height);  // the tip has no certificate
  const bool first_was_2 = !lone.all_to<BlockSyncRequest>(2).empty();
  lone.forget();
  lone.receive(first_was_2 ? 2 : 3, BlockSyncResponse{{}, elsewhere});
  REQUIRE(requests().size() == 1);
  CHECK(requests()[0].start_height == next(*lone.tree().committed_height()));
  // Once: a second such reply is no reason to hurry.
  const std::uint8_t second = lone.all_to<BlockSyncRequest>(2).empty() ? 3 : 2;
  lone.forget();
  lone.receive(second, BlockSyncResponse{{}, elsewhere});
  CHECK(requests().empty());
}

TEST_CASE("a reply with nothing but the tip that is held is not asked for again at once",
          "[replica][sync][S52][S52d]") {
  Lone lone;
  lone.connect({2, 3});
  lone.grow_to(6);
  // Both could be asked once more.
  for (const std::uint8_t peer : {2, 3}) {
    advertise(lone, peer, lone.tree().committed_height()->value);
  }
  make_ask(lone, 3);
  const std::size_t asked = lone.all_to<BlockSyncRequest>(3).size();
  REQUIRE(asked >= 1);
  REQUIRE(lone.tree().highest_pc().block != lone.chain.back().hash);
  lone.receive(3, BlockSyncResponse{{lone.chain.back()}, lone.tree().highest_pc()});
  CHECK(lone.all_to<BlockSyncRequest>(3).size() == asked);
  CHECK(lone.all_to<BlockSyncRequest>(2).empty());
}

TEST_CASE("a certificate of a view long past does not start a sync", "[replica][S29]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(12);
  lone.wait(milliseconds(300));
  lone.forget();
  lone.receive(2, AdvertisePC{lone.chain[3].justify});
  CHECK(lone.all<BlockSyncRequest>().empty());
  CHECK_FALSE(lone.replica->status().halted);
}

TEST_CASE("advertised certificates start no more than one request in T/8", "[replica][S35][S35b]") {
  Lone lone;
  lone.connect({2, 3});
  lone.grow_to(3);
  lone.forget();
  const auto advertise = [&](std::uint8_t peer, std::uint64_t view) {
    lone.receive(peer, AdvertisePC{lone.pc(View{view}, test_hash("a later block"))});
  };
  advertise(2, 50);
  REQUIRE(lone.all<BlockSyncRequest>().size() == 1);
  const std::uint64_t verified = lone.replica->status().signatures_verified;
  lone.wait(milliseconds(50));
  advertise(3, 51);
  CHECK(lone.all<BlockSyncRequest>().size() == 1);
  CHECK(lone.replica->status().signatures_verified == verified);
  lone.wait(milliseconds(80));
  advertise(3, 51);
  CHECK(lone.all<BlockSyncRequest>().size() == 2);
}

TEST_CASE("T/8 after a request the next may follow", "[replica][S35]") {
  Lone lone;
  lone.connect({2, 3});
  lone.grow_to(3);
  lone.forget();
  make_ask(lone, 2, 50);
  REQUIRE(lone.all<BlockSyncRequest>().size() == 1);
  lone.wait(lone.config.sync_retry);
  make_ask(lone, 3, 51);
  CHECK(lone.all<BlockSyncRequest>().size() == 2);
}

TEST_CASE("a new peer is a reason to ask only where a block is missed", "[replica][sync][S37]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(6);
  advertise(lone, 2, lone.tree().committed_height()->value);
  lone.wait(milliseconds(300));
  lone.forget();
  SECTION("nothing is missed") {
    lone.connect({3});
    CHECK(lone.all<BlockSyncRequest>().empty());
  }
  SECTION("nobody could be asked so far") {
    lone.step(PeerDown{test_key(2).public_key()});
    lone.advance(lone.pc(lone.view(), test_hash("missed")), 3);
    REQUIRE(lone.all<BlockSyncRequest>().empty());
    lone.connect({3});
    CHECK(lone.all_to<BlockSyncRequest>(3).size() == 1);
  }
}

TEST_CASE("a reply whose blocks are taken is followed by the next request, certified or not",
          "[replica][sync][S52]") {
  Lone lone;
  lone.connect({2, 3});
  lone.grow_to(5);
  const Block parent = lone.chain[3];
  const PhaseCertificate justify = lone.pc(View{4}, parent.hash);
  while (lone.view() < View{8}) lone.wait(milliseconds(1'000));
  lone.chain.pop_back();  // nobody certified it
  const Block tip = lone.propose_next(justify);
  lone.grow();
  REQUIRE(lone.tree().highest_pc() == lone.pc(View{8}, tip.hash));
  // A branch that was certified in views which have passed here, and that goes on to a newer one.
  const Block first = Lone::block(Height{4}, justify, "given up here");
  const Block second = Lone::block(Height{5}, lone.pc(View{6}, first.hash), "its child");
  lone.forget();
  lone.advance(lone.pc(View{lone.view().value + 5}, test_hash("further on")));
  const std::uint8_t asked = lone.all_to<BlockSyncRequest>(2).empty() ? 3 : 2;
  REQUIRE(lone.all<BlockSyncRequest>().size() == 1);
  lone.receive(asked, BlockSyncResponse{{first, second}, genesis_pc()});
  REQUIRE(lone.tree().contains(first.hash));
  REQUIRE(lone.tree().highest_pc().view == View{8});
  CHECK(lone.all<BlockSyncRequest>().size() == 2);
}

TEST_CASE("a certified block that is not held is asked for at once, and of another after T/8",
          "[replica][S37]") {
  Lone lone;
  lone.connect({2, 3, 4});
  lone.grow_to(2);
  const Block missed = Lone::block(Height{2}, lone.pc(View{2}, lone.chain.back().hash), "missed");
  const PhaseCertificate certificate = lone.pc(View{3}, missed.hash, Phase::generic, {2, 3, 4});
  lone.forget();
  lone.advance(certificate, 3);
  REQUIRE(lone.all<BlockSyncRequest>().size() == 1);
  CHECK(lone.all_to<BlockSyncRequest>(3).size() == 1);  // who showed it
  lone.wait(milliseconds(124));
  CHECK(lone.all<BlockSyncRequest>().size() == 1);
  lone.wait(milliseconds(2));
  CHECK(lone.all<BlockSyncRequest>().size() == 2);
  CHECK(lone.all_to<BlockSyncRequest>(3).size() == 1);
  // The block wakes the certificate that waited for it.
  lone.receive(3, BlockSyncResponse{{lone.chain[1], missed}, genesis_pc()});
  CHECK(lone.tree().highest_pc() == certificate);
}

TEST_CASE("one server's false height does not turn off the search among the signers",
          "[replica][sync][S37][S37b]") {
  Lone lone;
  lone.connect({2, 3, 4});
  lone.grow_to(2);
  for (const std::uint8_t peer : {3, 4}) advertise(lone, peer, 1);
  advertise(lone, 2, 1'000'000);
  lone.wait(milliseconds(300));
  const Block missed = Lone::block(Height{2}, lone.pc(View{2}, lone.chain.back().hash), "missed");
  lone.forget();
  lone.advance(lone.pc(View{3}, missed.hash, Phase::generic, {1, 3, 4}), 4);
  CHECK(lone.all_to<BlockSyncRequest>(4).size() == 1);
  lone.wait(milliseconds(130));
  CHECK(lone.all_to<BlockSyncRequest>(3).size() == 1);
  CHECK(lone.all_to<BlockSyncRequest>(2).empty());
}
