// Block sync: what is asked, whom, what is taken from an answer, and what a server gives. Each test
// fails with the planted bug of its name (scripts/mutants).
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

// Makes the replica ask `peer`, which must be connected: a certificate far ahead shows that it is
// late.
void make_ask(Lone& lone, std::uint8_t peer, std::uint64_t view = 500) {
  lone.receive(peer, AdvertisePC{lone.pc(View{view}, test_hash("far ahead"))});
}

// The peer's signed word that it has committed so much.
void advertise(Lone& lone, std::uint8_t peer, std::uint64_t height) {
  const Signature signature = test_key(peer).sign(advertise_statement(test_chain, Height{height}));
  lone.receive(peer, AdvertiseBlock{test_chain, Height{height}, signature});
}

std::vector<Block> branch(std::size_t length) {
  std::vector<Block> blocks{Lone::block(Height{0}, genesis_pc(), "first")};
  while (blocks.size() < length) {
    const PhaseCertificate justify =
        signed_pc(test_pc(blocks.size(), blocks.back().hash), Lone::four(), {1, 2, 3});
    blocks.push_back(Lone::block(Height{blocks.size()}, justify, "next"));
  }
  return blocks;
}

PhaseCertificate tip_of(const std::vector<Block>& blocks) {
  return signed_pc(test_pc(blocks.size(), blocks.back().hash), Lone::four(), {1, 2, 3});
}

}  // namespace

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

TEST_CASE("no block is served twice in one response", "[replica][S15]") {
  Lone lone;
  lone.grow_to(8);
  lone.receive(2, BlockSyncRequest{test_chain, Height{0}, 100});
  const auto responses = lone.all_to<BlockSyncResponse>(2);
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].blocks == lone.chain);
}

TEST_CASE("the server's own limit holds whatever is asked for", "[replica][S18]") {
  ReplicaConfig config = Cluster::default_config();
  config.sync_request_blocks = 4;
  Lone lone(1, Lone::four(), config);
  lone.grow_to(12);
  const auto blocks_for = [&](std::uint32_t limit) {
    lone.forget();
    lone.receive(2, BlockSyncRequest{test_chain, Height{0}, limit});
    const auto responses = lone.all_to<BlockSyncResponse>(2);
    return responses.size() == 1 ? responses[0].blocks.size() : std::size_t{999};
  };
  CHECK(blocks_for(0xffff'ffff) == 4);
  CHECK(blocks_for(3) == 3);
  CHECK(blocks_for(0) == 1);
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

TEST_CASE("whoever asks for more bytes than its share a second is answered later",
          "[replica][S18]") {
  Lone lone;
  lone.grow_to(3);
  lone.forget();
  constexpr std::size_t requests = 10'000;
  const BlockSyncRequest request{test_chain, Height{0}, 1};
  for (std::size_t i = 0; i < requests; ++i) lone.receive(2, request);
  const std::size_t answered = lone.all_to<BlockSyncResponse>(2).size();
  CHECK(answered > 1'000);
  CHECK(answered < requests);
  lone.receive(3, request);
  CHECK(lone.all_to<BlockSyncResponse>(3).size() == 1);
  lone.wait(milliseconds(1'000));
  CHECK(lone.all_to<BlockSyncResponse>(2).size() == answered + 1);  // the newest, once
}

TEST_CASE("one step answers one of those that are owed an answer", "[replica][S18][S18b]") {
  Lone lone;
  lone.grow_to(3);
  const BlockSyncRequest request{test_chain, Height{0}, 1};
  const std::vector<std::uint8_t> peers{2, 3, 4};
  constexpr std::size_t requests = 10'000;
  for (const std::uint8_t peer : peers) {
    for (std::size_t i = 0; i < requests; ++i) lone.receive(peer, request);
    REQUIRE(lone.all_to<BlockSyncResponse>(peer).size() < requests);
  }
  lone.now += milliseconds(1'000);
  lone.forget();
  for (std::size_t step = 1; step <= peers.size(); ++step) {
    REQUIRE(lone.is_due());
    lone.act(Tick{});
    CHECK(lone.all<BlockSyncResponse>().size() == step);
  }
  for (const std::uint8_t peer : peers) CHECK(lone.all_to<BlockSyncResponse>(peer).size() == 1);
}

TEST_CASE("a flood of requests is not told request by request", "[replica][S18][S18c]") {
  Lone lone;
  lone.grow_to(3);
  lone.forget();
  constexpr std::size_t requests = 500;
  for (std::size_t i = 0; i < requests; ++i) {
    lone.receive(2, BlockSyncRequest{test_chain, Height{0}, 1});
  }
  CHECK(lone.all_to<BlockSyncResponse>(2).size() == requests);
  const std::size_t told = lone.told<event::ReceiveSyncRequest>().size();
  CHECK(told >= 10);
  CHECK(told <= 50);
  CHECK(lone.told<event::SendSyncResponse>().size() == told);
  lone.receive(3, BlockSyncRequest{test_chain, Height{0}, 1});  // of others as before
  CHECK(lone.told<event::ReceiveSyncRequest>().size() == told + 1);
  lone.wait(milliseconds(1'000));
  lone.receive(2, BlockSyncRequest{test_chain, Height{0}, 1});
  CHECK(lone.told<event::ReceiveSyncRequest>().size() == told + 2);
}

TEST_CASE("a replica votes while it syncs", "[replica][sync][I40]") {
  Lone lone;
  lone.connect({2, 3});
  lone.grow_to(3);
  make_ask(lone, 3);
  REQUIRE(lone.all_to<BlockSyncRequest>(3).size() == 1);
  CHECK(lone.replica->status().syncing);
  if (lone.leader(next(lone.view())) == 1) lone.grow();
  const Block& block = lone.grow();
  CHECK(lone.has_voted_for(block.hash));
  CHECK(lone.replica->status().syncing);
}

TEST_CASE("a replica does other things between the slices of a long sync", "[replica][S19]") {
  Lone lone;
  lone.connect({2});
  make_ask(lone, 2);
  const std::vector<Block> blocks = branch(100);
  const Message response = BlockSyncResponse{blocks, tip_of(blocks)};
  lone.act(FromPeer{test_key(2).public_key(), std::make_shared<const Message>(response), 50'000});
  const auto stored = [&] {
    const BlockTree tree = lone.tree();
    return std::count_if(blocks.begin(), blocks.end(),
                         [&](const Block& block) { return tree.contains(block.hash); });
  };
  CHECK(stored() > 0);
  CHECK(stored() < 20);
  CHECK(lone.is_due());  // it goes on at once
  const Message advance = AdvanceView{lone.tc(1'000)};
  lone.act(FromPeer{test_key(3).public_key(), std::make_shared<const Message>(advance), 500});
  CHECK(lone.view() == View{1'001});
  CHECK(stored() < 40);
  lone.step(Tick{});
  CHECK(stored() == 100);
}

TEST_CASE("a response that nobody asked for is dropped", "[replica][S20]") {
  Lone lone;
  lone.connect({2});
  const std::vector<Block> blocks = branch(3);
  lone.receive(2, BlockSyncResponse{blocks, tip_of(blocks)});
  CHECK_FALSE(lone.tree().contains(blocks[0].hash));
  CHECK(lone.told<event::InvalidMessage>().size() == 1);
}

TEST_CASE("an honest answer without blocks is not held against another request",
          "[replica][sync][S20][S20b]") {
  Lone lone;
  lone.connect({2});
  advertise(lone, 2, 10);
  REQUIRE(lone.all_to<BlockSyncRequest>(2).size() == 1);
  // That request or its answer is lost. The blocks come from elsewhere, and more than 2 has.
  lone.wait(milliseconds(260));
  lone.grow_to(15);
  make_ask(lone, 2);
  REQUIRE(lone.all_to<BlockSyncRequest>(2).size() == 2);
  REQUIRE(lone.all_to<BlockSyncRequest>(2).back().start_height > Height{10});
  lone.receive(2, BlockSyncResponse{{}, lone.tree().highest_pc()});
  CHECK(lone.told<event::BanPeer>().empty());
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

TEST_CASE("numbers beyond 2^63 do not get past decoding", "[replica][S29][S29b]") {
  Lone lone;
  lone.connect({2});
  const std::uint64_t huge = GENERATE((std::uint64_t{1} << 63) + 1, ~std::uint64_t{0});
  CHECK_FALSE(from_borsh<Message>(
      to_borsh(Message(AdvertisePC{lone.pc(View{huge}, test_hash("far ahead"))}))));
  CHECK_FALSE(
      from_borsh<Message>(to_borsh(Message(NewView{test_chain, View{huge}, genesis_pc()}))));
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

TEST_CASE("one verified certificate vouches for the whole run of blocks below it",
          "[replica][S52]") {
  Lone lone;
  lone.connect({2});
  make_ask(lone, 2);
  const std::vector<Block> blocks = branch(60);
  const std::uint64_t before = lone.replica->status().signatures_verified;
  lone.receive(2, BlockSyncResponse{blocks, tip_of(blocks)});
  CHECK(lone.tree().contains(blocks.back().hash));
  CHECK(lone.tree().committed_height() == Height{57});
  CHECK(lone.replica->status().signatures_verified - before <= 3);
}

TEST_CASE("blocks of which no certificate is shown are not committed", "[replica][S52][I36]") {
  Lone lone;
  lone.connect({2});
  make_ask(lone, 2);
  std::vector<Block> blocks = branch(10);
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    PhaseCertificate forged = test_pc(i, blocks[i - 1].hash);
    forged.signatures.resize(4);
    for (std::size_t slot = 0; slot < 3; ++slot) forged.signatures[slot].emplace();
    blocks[i] = Lone::block(Height{i}, forged, "forged");
  }
  PhaseCertificate forged = test_pc(10, blocks.back().hash);
  forged.signatures.resize(4);
  lone.receive(2, BlockSyncResponse{blocks, forged});
  CHECK_FALSE(lone.tree().committed_height());
  CHECK(lone.tree().highest_pc().is_genesis());
}

// Two replies of liars: the later range begins with a Decide certificate that nobody can judge yet,
// of the last block of the earlier one, whose justifies are forged.
TEST_CASE("a Decide certificate in one reply vouches for no certificate in another",
          "[replica][sync][S52][S52e]") {
  Lone lone;
  lone.connect({2, 3});
  lone.grow_to(6);
  const PhaseCertificate before = lone.tree().highest_pc();
  const auto committed = lone.tree().committed_height();
  for (const std::uint8_t peer : {2, 3}) {
    advertise(lone, peer, 1'000);
  }
  lone.wait(milliseconds(500));
  REQUIRE_FALSE(lone.all_to<BlockSyncRequest>(2).empty());
  REQUIRE_FALSE(lone.all_to<BlockSyncRequest>(3).empty());
  const Height of_2 = lone.all_to<BlockSyncRequest>(2).front().start_height;
  const Height of_3 = lone.all_to<BlockSyncRequest>(3).front().start_height;
  REQUIRE(of_2 != of_3);
  const std::uint8_t low = of_2 < of_3 ? 2 : 3;
  std::vector<Block> run{Lone::block(std::min(of_2, of_3), before, "forged 0")};
  for (std::uint64_t i = 1; i < 6; ++i) {
    PhaseCertificate forged = lone.pc(View{50 + i}, run.back().hash);
    for (auto& signature : forged.signatures) {
      if (signature) signature->bytes[7] ^= 1;
    }
    run.push_back(Lone::block(next(run.back().height), forged, "forged " + std::to_string(i)));
  }
  PhaseCertificate unknowable = lone.pc(View{60}, run.back().hash, Phase::decide);
  const Block later = Lone::block(std::max(of_2, of_3), unknowable, "later");
  lone.receive(low == 2 ? 3 : 2, BlockSyncResponse{{later}, genesis_pc()});
  lone.receive(low, BlockSyncResponse{run, genesis_pc()});
  CHECK(lone.tree().highest_pc() == before);
  CHECK(lone.tree().committed_height() == committed);
  CHECK_FALSE(lone.tree().contains(run.back().hash));
}

// Late answers to requests for the same heights, each with another last block.
TEST_CASE("last blocks that nobody certifies do not keep out what others serve",
          "[replica][sync][S52][S52f]") {
  Lone lone;
  lone.connect({2, 3});
  lone.advance(lone.pc(View{5}, test_hash("not held")));  // so that the run does not end
  for (int i = 0; i < 6; ++i) {
    const std::uint8_t first = i % 2 == 0 ? 2 : 3;  // who advertises first is asked first
    advertise(lone, first, 1'000);
    advertise(lone, 5 - first, 1'000);
    lone.wait(milliseconds(300));
  }
  int lies = 0;
  for (const std::uint8_t liar : {2, 3}) {
    for (const BlockSyncRequest& request : lone.all_to<BlockSyncRequest>(liar)) {
      if (request.start_height != Height{0}) continue;
      const Block lie = Lone::block(Height{0}, genesis_pc(), "lie " + std::to_string(++lies));
      lone.receive(liar, BlockSyncResponse{{lie}, lone.pc(View{500}, test_hash("far ahead"))});
    }
  }
  REQUIRE(lies >= 8);
  lone.connect({4});
  const std::vector<Block> blocks = branch(60);
  for (int i = 0; i < 12 && !lone.tree().contains(blocks[50].hash); ++i) {
    lone.forget();
    for (const std::uint8_t peer : {2, 3, 4}) advertise(lone, peer, 1'000);
    lone.wait(milliseconds(300));
    for (const BlockSyncRequest& request : lone.all_to<BlockSyncRequest>(4)) {
      const auto start = static_cast<std::ptrdiff_t>(request.start_height.value);
      if (start >= 60) continue;
      lone.receive(4, BlockSyncResponse{{blocks.begin() + start, blocks.end()}, tip_of(blocks)});
    }
  }
  CHECK(lone.tree().contains(blocks[50].hash));
}

TEST_CASE("a vote for a block that a commit has pruned does not leave a second time",
          "[replica][S47][S47c][I09]") {
  Lone lone;
  lone.connect({2});
  lone.grow_to(2);
  std::vector<Block> missed = lone.chain;
  for (std::uint64_t view = 2; view < 6; ++view) {
    missed.push_back(Lone::block(Height{view}, lone.pc(View{view}, missed.back().hash), "missed"));
  }
  for (int i = 0; i < 8 && lone.view() < View{7}; ++i) lone.wait(milliseconds(1'000));
  REQUIRE(lone.view() == View{7});
  const Block beside = Lone::block(Height{2}, lone.pc(View{2}, missed[1].hash), "beside");
  lone.propose(beside);
  REQUIRE(lone.has_voted_for(beside.hash));
  make_ask(lone, 2);
  lone.receive(2, BlockSyncResponse{{missed.begin() + 2, missed.end()},
                                    lone.pc(View{6}, missed.back().hash)});
  REQUIRE_FALSE(lone.tree().contains(beside.hash));
  lone.forget();
  lone.wait(milliseconds(900));
  CHECK_FALSE(lone.has_voted_for(beside.hash));
}
