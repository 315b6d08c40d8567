#include "tests/support/catch.h"
#include "tests/support/tree.h"

namespace hs::test {
namespace {

StoreFailure::Kind kind_of_failure(const KvReader& store) {
  try {
    const BlockTree tree(store);
  } catch (const StoreFailure& failure) {
    return failure.kind();
  }
  FAIL("the store opened");
  return StoreFailure::Kind::io;
}

}  // namespace

TEST_CASE("a store is initialised once and for all", "[blocktree][S40]") {
  MemoryStore store;
  CHECK_FALSE(TreeReader(store).is_initialised());
  const InitialState state{puts({{"k", "v"}}), test_set({{1}, {2}})};
  REQUIRE(initialise(store, state).has_value());
  CHECK(TreeReader(store).is_initialised());
  const auto before = store.entries();
  const Status again = initialise(store, {.app_state = {}, .validators = test_set({{3}})});
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == Errc::exists);
  CHECK(store.entries() == before);
}

TEST_CASE("a store that holds anything else is not initialised", "[blocktree][S40]") {
  MemoryStore store;
  WriteBatch batch;
  batch.put(as_bytes("\x7f"), {});
  store.write(batch, false);
  CHECK_FALSE(initialise(store, {.app_state = {}, .validators = test_set({{1}})}).has_value());
}

TEST_CASE("deletions of an initial state are applied after its insertions", "[blocktree]") {
  AppStateUpdates both;
  both.inserts[to_bytes("k")] = to_bytes("v");
  both.deletes.insert(to_bytes("k"));
  Tree tree(both);
  CHECK_FALSE(tree.stored().app_value(as_bytes("k")));
}

TEST_CASE("a fresh tree has the genesis certificate, view 0 and nothing else", "[blocktree]") {
  Tree tree;
  CHECK(tree->highest_pc() == genesis_pc());
  CHECK(tree->locked_pc() == genesis_pc());
  CHECK(tree->highest_view_entered() == View{0});
  CHECK_FALSE(tree->highest_tc());
  CHECK_FALSE(tree->highest_view_phase_voted());
  CHECK_FALSE(tree->committed_block());
  CHECK_FALSE(tree->committed_height());
  CHECK_FALSE(tree->epoch_change_certificate());
  CHECK_FALSE(tree->validators().update_height);
  CHECK(tree->validators().update_decided);
  CHECK(*tree->validators().committed == *tree->validators().previous);
  CHECK_FALSE(tree->has_batch());
}

TEST_CASE("pointers survive reopening", "[blocktree][I07]") {
  Tree tree;
  const Block a = tree.insert(first_block("a"));
  const Block b = tree.insert(block_on(a, 1, "b"));
  const TimeoutCertificate tc = signed_tc(10, test_set({{1}, {2}}), {1, 2});
  tree.apply({.highest_pc = test_pc(2, b.hash), .locked_pc = test_pc(1, a.hash)});
  tree->set_highest_view_entered(View{11});
  tree->set_highest_view_phase_voted(View{2});
  tree->set_highest_tc(tc);
  tree->set_epoch_change_certificate(tc);
  CHECK(tree->has_batch());
  tree.write();
  CHECK_FALSE(tree->has_batch());
  for (int round = 0; round < 2; ++round) {
    CHECK(tree->highest_pc() == test_pc(2, b.hash));
    CHECK(tree->locked_pc() == test_pc(1, a.hash));
    CHECK(tree->highest_view_entered() == View{11});
    CHECK(tree->highest_view_phase_voted() == View{2});
    CHECK(tree->highest_tc() == tc);
    CHECK(tree->epoch_change_certificate() == ProgressCertificate{tc});
    tree.reopen();
  }
}

TEST_CASE("an empty store is missing, not corrupt", "[blocktree]") {
  const MemoryStore store;
  CHECK(kind_of_failure(store) == StoreFailure::Kind::missing);
}

TEST_CASE("a stored value that does not decode is corruption", "[blocktree][S27][S44]") {
  Tree tree;
  const Block root = tree.insert(first_block("root"), puts({{"k", "v"}}), ValidatorSetUpdates{});
  tree.apply({.commit = root.hash});
  const Block block = tree.insert(block_on(root, test_pc(4, root.hash, Phase::decide), "block"),
                                  puts({{"k", "v"}}), ValidatorSetUpdates{});
  tree->set_highest_view_phase_voted(View{1});
  tree->set_highest_tc(signed_tc(10, test_set({{1}}), {1}));
  tree->set_epoch_change_certificate(signed_tc(10, test_set({{1}}), {1}));
  tree.write();
  const auto key_to_damage =
      GENERATE(key::committed_set(), key::previous_set(), key::locked_pc(), key::highest_pc(),
               key::highest_view_entered(), key::highest_committed_block(), key::highest_tc(),
               key::update_height(), key::update_decided(), key::highest_view_phase_voted(),
               key::epoch_change_certificate());
  const Bytes good = *tree.store.get(key_to_damage);
  Bytes longer = good;
  longer.push_back(0);
  for (const Bytes& bad : {Bytes(good.begin(), good.end() - 1), longer, Bytes{}}) {
    WriteBatch damage;
    damage.put(key_to_damage, bad);
    tree.store.write(damage, false);
    CHECK(kind_of_failure(tree.store) == StoreFailure::Kind::corrupt);
  }
  WriteBatch repair;
  repair.put(key_to_damage, good);
  repair.put(key::updates_status(block.hash), Bytes{9});
  tree.store.write(repair, false);
  CHECK(kind_of_failure(tree.store) == StoreFailure::Kind::corrupt);
}

TEST_CASE("a value that must be there and is not is corruption", "[blocktree]") {
  Tree tree;
  const auto key_to_lose = GENERATE(key::previous_set(), key::locked_pc(), key::highest_pc(),
                                    key::highest_view_entered(), key::update_decided());
  WriteBatch loss;
  loss.erase(key_to_lose);
  tree.store.write(loss, false);
  CHECK(kind_of_failure(tree.store) == StoreFailure::Kind::corrupt);
}

TEST_CASE("a damaged block is corruption when it is read", "[blocktree]") {
  Tree tree;
  const Block block = tree.insert(first_block("block"), puts({{"k", "v"}}));
  const auto key_to_damage =
      GENERATE_COPY(key::block_height(block.hash), key::block_justify(block.hash),
                    key::block_data_hash(block.hash), key::block_data_length(block.hash));
  WriteBatch damage;
  damage.put(key_to_damage, Bytes{1});
  tree.store.write(damage, false);
  CHECK_THROWS_AS(tree.stored().block(block.hash), StoreFailure);
  damage.clear();
  damage.put(key::pending_app_updates(block.hash), Bytes{1});
  damage.put(key::children(Hash{}), Bytes{1});
  tree.store.write(damage, false);
  CHECK_THROWS_AS(tree.stored().pending_app_updates(block.hash), StoreFailure);
  CHECK_THROWS_AS(tree.stored().children(std::nullopt), StoreFailure);
}

TEST_CASE("a validator set stored with a key out of order is corruption", "[blocktree][S27]") {
  Tree tree;
  Bytes set = *tree.store.get(key::committed_set());
  std::swap_ranges(set.begin() + 4, set.begin() + 36, set.begin() + 36);
  WriteBatch damage;
  damage.put(key::committed_set(), set);
  tree.store.write(damage, false);
  CHECK(kind_of_failure(tree.store) == StoreFailure::Kind::corrupt);
}

}  // namespace hs::test
