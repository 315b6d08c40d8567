// Block sync: what is taken from an answer, and what a server gives. Each test fails with the
// planted bug of its name (scripts/mutants).
#include "tests/support/sync_steps.h"

using namespace hs;
using namespace hs::test;

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

TEST_CASE("numbers beyond 2^63 do not get past decoding", "[replica][S29][S29b]") {
  Lone lone;
  lone.connect({2});
  const std::uint64_t huge = GENERATE((std::uint64_t{1} << 63) + 1, ~std::uint64_t{0});
  CHECK_FALSE(from_borsh<Message>(
      to_borsh(Message(AdvertisePC{lone.pc(View{huge}, test_hash("far ahead"))}))));
  CHECK_FALSE(
      from_borsh<Message>(to_borsh(Message(NewView{test_chain, View{huge}, genesis_pc()}))));
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
