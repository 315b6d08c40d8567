// What protects the chain from forks: the lock, the voting record, heights and stored data. Each
// test fails with the planted bug of its name (scripts/mutants).
#include "lib/blocksync/server.h"
#include "lib/blocktree/key_table.h"
#include "tests/support/lone_replica.h"
#include "tests/support/tree.h"

using namespace hs;
using namespace hs::test;

TEST_CASE("an old certificate of the locked branch is voted for and does not lower the lock",
          "[replica][S01]") {
  Lone lone;
  lone.grow_to(5);  // locked on the block of view 3
  REQUIRE(lone.tree().locked_pc().view == View{3});
  // View 5 goes by; the next leader builds on the locked block itself, whose justify is older.
  lone.wait(milliseconds(1100));
  lone.forget();
  const Block& locked = lone.chain[2];
  lone.propose(Lone::block(Height{3}, lone.pc(View{3}, locked.hash), "beside"), View{6});
  CHECK(lone.all<PhaseVote>().size() == 1);
  CHECK(lone.tree().locked_pc().view == View{3});
}

namespace {

// Notes the order in which a driver is told to do things.
struct NotingDriver {
  PublicKey own;
  std::vector<std::string> done = {};
  void write(const WriteBatch&, bool sync) { done.push_back(sync ? "synced write" : "write"); }
  void write_record(const SafetyRecord&) { done.push_back("record"); }
  void send(const Recipient&, const MessagePtr&) { done.push_back("send"); }
  void tell(const Event&) { done.push_back("tell"); }
  const PublicKey& self() { return own; }
};

}  // namespace

TEST_CASE("a vote leaves after its batch is synced and its record written", "[replica][S02]") {
  Lone lone;
  lone.grow_to(1);
  const Block voted = Lone::block(Height{1}, lone.pc(View{1}, lone.chain[0].hash), "voted");
  const Message proposal = Proposal{test_chain, View{2}, voted};
  const Output output =
      lone.replica->step(lone.now, FromPeer{test_key(lone.leader(View{2})).public_key(),
                                            std::make_shared<const Message>(proposal), 1'000});
  REQUIRE(output.safety_record);
  CHECK(output.safety_record->voted_view == View{2});
  NotingDriver driver{test_key(1).public_key()};
  SelfQueue self_queue;
  act_on(output, driver, self_queue);
  const auto first_send = std::find(driver.done.begin(), driver.done.end(), "send");
  REQUIRE(first_send != driver.done.end());
  CHECK(std::vector(driver.done.begin(), first_send) ==
        std::vector<std::string>{"synced write", "record"});
}

TEST_CASE("the record holds the view of a TimeoutVote", "[replica][S02][S02d]") {
  Lone lone;
  lone.grow_to(3);
  lone.wait(milliseconds(9'000));
  REQUIRE(lone.view() == View{10});
  REQUIRE_FALSE(lone.all<TimeoutVote>().empty());
  REQUIRE(lone.record.has_value());
  CHECK(lone.record->timeout_view == View{10});
}

TEST_CASE("after a crash no second vote leaves in a view, whichever view it restarts in",
          "[replica][S02]") {
  Lone lone;
  lone.grow_to(3);
  const std::optional<View> voted = lone.tree().highest_view_phase_voted();
  REQUIRE(voted == View{3});
  lone.forget();
  lone.restart();
  CHECK(lone.view() == View{4});
  CHECK(lone.tree().highest_view_entered() == View{4});  // persisted before anything is sent
  lone.restart();
  CHECK(lone.view() == View{5});
  lone.propose(Lone::block(Height{3}, lone.pc(View{3}, lone.chain[2].hash), "other"), View{3});
  CHECK(lone.all<PhaseVote>().empty());
}

TEST_CASE("a block whose height is not its parent's plus one is neither stored nor voted for",
          "[replica][S03]") {
  Lone lone;
  lone.grow_to(5);
  const PhaseCertificate justify = lone.pc(View{5}, lone.chain.back().hash);
  lone.advance(justify);
  lone.forget();
  const std::uint64_t wrong = GENERATE(std::uint64_t{0}, 4, 6, 1'000'000);
  const Block bad = Lone::block(Height{wrong}, justify, "of a wrong height");
  lone.propose(bad);
  CHECK_FALSE(lone.tree().contains(bad.hash));
  CHECK(lone.all<PhaseVote>().empty());
}

TEST_CASE("a copy of a block with other data does not replace what is stored", "[replica][S04]") {
  Tree tree;
  const Block stored = tree.insert(first_block("true data"));
  Block altered = stored;
  altered.data = {to_bytes("false data")};
  tree.insert(altered);
  CHECK(tree->block(stored.hash)->data == stored.data);
}

TEST_CASE("blocks are served and proposed again with all of their data", "[replica][S04a]") {
  Lone lone;
  lone.grow_to(6);
  lone.forget();
  lone.receive(2, BlockSyncRequest{test_chain, Height{0}, 3});
  const auto responses = lone.all_to<BlockSyncResponse>(2);
  REQUIRE(responses.size() == 1);
  REQUIRE(responses[0].blocks.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(responses[0].blocks[i].data == lone.chain[i].data);
}

TEST_CASE("the advertised height cannot be read as the view of a timeout vote", "[replica][S05]") {
  ReplicaConfig config = Cluster::default_config();
  config.epoch_length = 4;
  Lone lone(1, Lone::four(), config);
  bool was_multiple = false;
  for (std::uint64_t view = 1; view <= 16; ++view) {
    lone.grow_to(view);
    lone.forget();
    lone.connect({2});
    const auto advertised = lone.all_to<AdvertiseBlock>(2);
    REQUIRE(advertised.size() == 1);
    const Height height = advertised[0].highest_committed_block_height;
    const std::optional<Height> committed = lone.tree().committed_height();
    if (!committed) continue;
    CHECK(height <= *committed);
    if (height > Height{0}) CHECK(height.value % 4 != 0);
    was_multiple = was_multiple || (committed->value > 0 && committed->value % 4 == 0);
  }
  CHECK(was_multiple);
}

TEST_CASE("a stored block is given to the app once and listed as a child once", "[replica][S30]") {
  Lone lone;
  lone.grow_to(2);
  lone.advance(lone.pc(View{2}, lone.chain.back().hash));
  const PhaseCertificate justify = lone.pc(View{2}, lone.chain.back().hash);
  const Block again = Lone::block(Height{2}, justify, "proposed in two views");
  lone.propose(again);
  const std::size_t validated = lone.app.validated;
  lone.wait(milliseconds(1100));
  lone.propose(again);
  CHECK(lone.app.validated == validated);
  const auto children = lone.tree().reader().children(lone.chain.back().hash);
  CHECK(std::count(children.begin(), children.end(), again.hash) == 1);
}

TEST_CASE("each block of a commit is marked committed, not the topmost alone", "[replica][S31]") {
  Tree tree;
  const Block update = tree.insert(first_block("update"), std::nullopt, sets_power({{5, 1}}));
  const Block child = tree.insert(block_on(update, 1, "child"));
  tree.commit(child);
  CHECK(std::holds_alternative<CommittedUpdates>(tree->updates_status(update.hash)));
}

TEST_CASE("a Decide certificate of an earlier update does not decide a later one",
          "[replica][S32]") {
  Tree tree;
  const Block earlier = tree.insert(first_block("earlier"), std::nullopt, sets_power({{5, 1}}));
  tree.apply({.commit = earlier.hash, .decide = earlier.hash});
  REQUIRE(tree->validators().update_decided);
  const Block later =
      tree.insert(block_on(earlier, 2, "later"), std::nullopt, sets_power({{6, 1}}));
  tree.apply({.commit = later.hash});
  tree.apply({.decide = earlier.hash});
  CHECK_FALSE(tree->validators().update_decided);
  tree.apply({.decide = later.hash});
  CHECK(tree->validators().update_decided);
}

TEST_CASE("a signature that the cofactored check of libsodium refuses is good if OpenSSL accepts",
          "[replica][S39]") {
  // The neutral point as key and R, and S = 0: the equation holds for any message.
  PublicKey neutral;
  neutral.bytes[0] = 1;
  Signature signature;
  signature.bytes[0] = 1;
  CHECK(verify_ed25519(neutral, to_bytes("anything"), signature));
  CHECK_FALSE(is_admissible_key(neutral));
}

TEST_CASE("a stored validator set that contradicts itself stops the replica", "[replica][S27]") {
  Lone lone;
  Bytes stored = *lone.store.get(key::committed_set());
  stored[stored.size() - 9] ^= 1;  // the last byte of the last key in the map of powers
  WriteBatch batch;
  batch.put(key::committed_set(), stored);
  lone.store.write(batch, true);
  CHECK_THROWS_AS(
      Replica(lone.config, lone.key, lone.store, lone.app, Rng(1), lone.record, lone.now),
      StoreFailure);
}

TEST_CASE("a chain cannot be initialised a second time", "[replica][S40]") {
  Lone lone;
  lone.grow_to(4);
  const View locked = lone.tree().locked_pc().view;
  CHECK_FALSE(initialise(lone.store, {{}, Lone::four()}));
  CHECK(lone.tree().locked_pc().view == locked);
  CHECK(locked > View{0});
}

TEST_CASE("a stored map whose keys are out of order is corrupt", "[replica][S44]") {
  BorshWriter writer;
  writer.count(2);
  for (const char* name : {"b", "a"}) {
    writer.byte_string(to_bytes(name));
    writer.byte_string(to_bytes("value"));
  }
  writer.count(0);
  CHECK_FALSE(from_borsh<AppStateUpdates>(writer.bytes()));
}

namespace {

// A replica whose data were reset beside a record of a vote in view 10 and a lock of view 9, and a
// block on an older certificate that is proposed in view 11, the first in which it may vote again.
struct AfterReset {
  explicit AfterReset(const Hash& locked) : lone(own()) {
    SafetyRecord record;
    record.voted_view = View{10};
    record.locked_view = View{9};
    record.locked_block = locked;
    lone.record = record;
    lone.restart();
    lone.grow_to(6);
    voted_early = !lone.all<PhaseVote>().empty();
    lone.advance(lone.tc(10));
    const PhaseCertificate old = lone.tree().highest_pc();
    block = Lone::block(next(lone.tree().header(old.block)->height), old, "on an old one");
    lone.propose(block);
  }
  // Leads neither view 11 nor view 12.
  static std::uint8_t own() {
    std::uint8_t key = 1;
    while (Lone::leader(View{11}, Lone::four()) == key ||
           Lone::leader(View{12}, Lone::four()) == key) {
      ++key;
    }
    return key;
  }

  Lone lone;
  Block block;
  bool voted_early = false;
};

}  // namespace

TEST_CASE("a record is ahead of a database that knows less of any promise", "[replica][S02]") {
  Lone lone;
  lone.grow_to(5);
  REQUIRE(lone.record.has_value());
  const auto is_ahead_with = [&](auto change) {
    SafetyRecord record = *lone.record;
    change(record);
    return is_ahead(record, TreeReader(lone.store));
  };
  CHECK_FALSE(is_ahead_with([](SafetyRecord&) {}));
  CHECK_FALSE(is_ahead_with([&](SafetyRecord& record) { record.timeout_view = lone.view(); }));
  CHECK(is_ahead_with([&](SafetyRecord& record) { record.timeout_view = next(lone.view()); }));
  CHECK(is_ahead_with([](SafetyRecord& record) { record.voted_view = View{6}; }));
  CHECK(is_ahead_with([](SafetyRecord& record) { record.locked_view = View{6}; }));
}

TEST_CASE("after a reset of the data the record says where to vote again", "[replica][S02][S02b]") {
  AfterReset reset(test_hash("a block that was lost"));
  Lone& lone = reset.lone;
  CHECK_FALSE(reset.voted_early);
  REQUIRE(lone.view() == View{11});
  CHECK(lone.tree().contains(reset.block.hash));
  CHECK_FALSE(lone.has_voted_for(reset.block.hash));
  const PhaseCertificate newer = lone.pc(View{11}, reset.block.hash);
  const Block child = Lone::block(next(reset.block.height), newer, "on a newer one");
  lone.propose(child, View{12});
  CHECK(lone.has_voted_for(child.hash));
}

TEST_CASE("after a reset of the data the block of the lost lock may be voted for",
          "[replica][S02]") {
  const Hash locked = AfterReset(Hash{}).block.hash;
  AfterReset reset(locked);
  REQUIRE(reset.block.hash == locked);
  CHECK(reset.lone.has_voted_for(locked));
}
