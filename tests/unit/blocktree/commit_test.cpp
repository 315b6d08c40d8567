#include "tests/support/catch.h"
#include "tests/support/tree.h"

namespace hs::test {
namespace {

ValidatorSetUpdates adding(std::uint8_t key, std::uint64_t power = 1) {
  ValidatorSetUpdates updates;
  updates.insert(test_key(key).public_key(), Power{power});
  return updates;
}

// Pending app updates only above the committed height; heights contiguous; one child each below.
void check_committed_chain(Tree& tree, const std::vector<Block>& chain) {
  const TreeReader stored = tree.stored();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    CHECK(stored.block_at(Height{i}) == chain[i].hash);
    CHECK_FALSE(stored.pending_app_updates(chain[i].hash));
    if (i > 0) CHECK(stored.parent(chain[i].hash) == chain[i - 1].hash);
    if (i > 0) CHECK(stored.children(chain[i - 1].hash) == std::vector{chain[i].hash});
  }
  CHECK_FALSE(stored.block_at(Height{chain.size()}));
  CHECK(stored.children(std::nullopt) == std::vector{chain.front().hash});
  CHECK(stored.highest_committed_block() == chain.back().hash);
  CHECK(stored.highest_committed_height() == chain.back().height);
  CHECK(tree->committed_block() == chain.back().hash);
  CHECK(tree->committed_height() == chain.back().height);
}

}  // namespace

TEST_CASE("a commit takes the uncommitted ancestors along, lowest first", "[blocktree][I14][I17]") {
  Tree tree;
  const Block a = tree.insert(first_block("a"), puts({{"x", "a"}, {"y", "a"}}));
  const Block b = tree.insert(block_on(a, 1, "b"), puts({{"x", "b"}}));
  const Block c = tree.insert(block_on(b, 2, "c"));
  const Block d = tree.insert(block_on(c, 3, "d"), puts({{"z", "d"}}));
  const TreeUpdateResult result = tree.commit(c);
  REQUIRE(result.committed.size() == 3);
  CHECK(result.committed[0].block == a.hash);
  CHECK(result.committed[1].block == b.hash);
  CHECK(result.committed[2].block == c.hash);
  CHECK(result.committed[2].height == Height{2});
  CHECK_FALSE(result.sets_changed);
  check_committed_chain(tree, {a, b, c});
  CHECK(text(tree.stored().app_value(as_bytes("x"))) == "b");
  CHECK(text(tree.stored().app_value(as_bytes("y"))) == "a");
  CHECK_FALSE(tree.stored().app_value(as_bytes("z")));
  CHECK(tree.commit(d).committed.size() == 1);
  check_committed_chain(tree, {a, b, c, d});
  CHECK(text(tree.stored().app_value(as_bytes("z"))) == "d");
}

TEST_CASE("a deletion by a later block of the same commit wins", "[blocktree][I17]") {
  Tree tree(puts({{"kept", "0"}, {"old", "0"}}));
  const Block a = tree.insert(first_block("a"), puts({{"k", "a"}}));
  AppStateUpdates deletion;
  deletion.erase(to_bytes("k"));
  deletion.erase(to_bytes("old"));
  const Block b = tree.insert(block_on(a, 1, "b"), deletion);
  tree.commit(b);
  CHECK_FALSE(tree.stored().app_value(as_bytes("k")));
  CHECK_FALSE(tree.stored().app_value(as_bytes("old")));
  CHECK(text(tree.stored().app_value(as_bytes("kept"))) == "0");
}

TEST_CASE("committing leaves no key of a losing branch behind", "[blocktree][I19]") {
  Tree tree;
  const Block root = tree.insert(first_block("root"));
  const Block winner = tree.insert(block_on(root, 1, "winner"));
  const Block loser = tree.insert(block_on(root, 2, "loser"), puts({{"k", "v"}}));
  const Block loser_left = tree.insert(block_on(loser, 3, "left"), puts({{"k", "l"}}), adding(9));
  Block with_data = make_block(Height{2}, test_pc(4, loser.hash), test_hash("right"),
                               {to_bytes("1"), to_bytes("2"), to_bytes("3")});
  const Block loser_right = tree.insert(with_data);
  const Block other_root = tree.insert(first_block("other root"), puts({{"k", "o"}}), adding(8));
  const Block other_child =
      tree.insert(block_on(other_root, test_pc(5, other_root.hash, Phase::decide), "child"));
  const Block above = tree.insert(block_on(winner, 6, "above"));
  const Block above_too = tree.insert(block_on(winner, 6, "above too"));

  // Read all, so that nothing is served from memory later.
  const std::vector<Block> lost{loser, loser_left, loser_right, other_root, other_child};
  for (const Block& block : lost) {
    CHECK(tree->contains(block.hash));
    CHECK(tree->app_view(block.hash) != nullptr);
    CHECK_FALSE(tree.keys_naming(block.hash).empty());
  }
  CHECK(tree->pending_update_blocks().size() == 2);

  tree.commit(winner);
  for (const Block& block : lost) {
    CHECK(tree.keys_naming(block.hash).empty());
    CHECK_FALSE(tree->contains(block.hash));
    CHECK_FALSE(tree->block(block.hash));
    CHECK(tree->updates_status(block.hash) == ValidatorSetUpdatesStatus{NoUpdates{}});
  }
  CHECK(tree->pending_update_blocks().empty());
  check_committed_chain(tree, {root, winner});
  CHECK(tree.stored().children(winner.hash) == std::vector{above.hash, above_too.hash});
}

TEST_CASE("a children list that names a block twice is set right by the commit",
          "[blocktree][S30]") {
  Tree tree;
  const Block winner = tree.insert(first_block("winner"));
  const Block loser = tree.insert(first_block("loser"));
  WriteBatch reference;  // as the reference writes it
  Bytes list{4, 0, 0, 0};
  for (const Block* block : {&winner, &loser, &winner, &loser}) {
    list.insert(list.end(), block->hash.bytes.begin(), block->hash.bytes.end());
  }
  reference.put(key::children(Hash{}), list);
  tree.store.write(reference, false);
  tree.commit(winner);
  CHECK(tree.stored().children(std::nullopt) == std::vector{winner.hash});
  CHECK(tree.keys_naming(loser.hash).empty());
}

TEST_CASE("the newest block pointer is left alone when its block is pruned", "[blocktree][S15]") {
  Tree tree;
  const Block winner = tree.insert(first_block("winner"));
  const Block loser = tree.insert(first_block("loser"));
  tree.commit(winner);
  CHECK(tree.stored().newest_block() == loser.hash);
  CHECK_FALSE(tree.stored().contains(loser.hash));
}

TEST_CASE("a commit is one batch: unwritten it never happened", "[blocktree][I22]") {
  Tree tree;
  const Block a = tree.insert(first_block("a"), puts({{"k", "v"}}), adding(5));
  const Block loser = tree.insert(first_block("loser"));
  const auto before = tree.store.entries();
  tree->apply({.highest_pc = test_pc(3, a.hash, Phase::commit),
               .locked_pc = test_pc(3, a.hash, Phase::commit),
               .commit = a.hash,
               .commit_pc = test_pc(3, a.hash, Phase::commit)});
  CHECK(tree.store.entries() == before);
  tree.reopen();
  CHECK_FALSE(tree->committed_block());
  CHECK(tree->contains(loser.hash));
  CHECK(tree->validators().update_decided);
  CHECK(tree->locked_pc().is_genesis());
  CHECK(tree->pending_update_blocks() == std::vector{a.hash});
}

TEST_CASE("an update lives as pending, committed but undecided, decided", "[blocktree][I24]") {
  Tree tree;
  const ValidatorSet before = *tree->validators().committed;
  const Block block = tree.insert(first_block("set"), std::nullopt, adding(5, 3));
  const ValidatorSet after = *before.with(adding(5, 3));

  CHECK(tree->updates_status(block.hash) ==
        ValidatorSetUpdatesStatus{PendingUpdates{adding(5, 3)}});
  CHECK(tree->pending_update_blocks() == std::vector{block.hash});
  CHECK(*tree->validators().committed == before);

  const TreeUpdateResult committed = tree.commit(block);
  CHECK(committed.sets_changed);
  REQUIRE(committed.committed.size() == 1);
  CHECK(committed.committed[0].validator_set_updates == adding(5, 3));
  CHECK(tree->updates_status(block.hash) == ValidatorSetUpdatesStatus{CommittedUpdates{}});
  CHECK(tree->pending_update_blocks().empty());
  const auto check_sets = [&](bool decided) {
    CHECK(*tree->validators().committed == after);
    CHECK(*tree->validators().previous == before);
    CHECK(tree->validators().update_height == Height{0});
    CHECK(tree->validators().update_decided == decided);
  };
  check_sets(false);
  tree.reopen();
  check_sets(false);

  CHECK(tree.apply({.decide = block.hash}).sets_changed);
  check_sets(true);
  tree.reopen();
  check_sets(true);
  CHECK(tree->updates_status(block.hash) == ValidatorSetUpdatesStatus{CommittedUpdates{}});
  CHECK_FALSE(tree.apply({.decide = block.hash}).sets_changed);
}

TEST_CASE("an empty update is an update all the same", "[blocktree]") {
  Tree tree;
  const Block block = tree.insert(first_block("set"), std::nullopt, ValidatorSetUpdates{});
  CHECK(tree->pending_update_blocks() == std::vector{block.hash});
  const TreeUpdateResult result = tree.commit(block);
  CHECK(result.sets_changed);
  CHECK(result.committed[0].validator_set_updates == ValidatorSetUpdates{});
  CHECK_FALSE(tree->validators().update_decided);
}

TEST_CASE("a Decide certificate that commits its block leaves the update decided",
          "[blocktree][S32]") {
  Tree tree;
  const Block block = tree.insert(first_block("set"), std::nullopt, adding(5));
  const TreeUpdateResult result = tree.apply({.commit = block.hash, .decide = block.hash});
  CHECK(result.sets_changed);
  CHECK(tree->validators().update_decided);
  CHECK(tree->validators().update_height == Height{0});
}

TEST_CASE("a Decide certificate of an earlier update decides nothing", "[blocktree][S32]") {
  Tree tree;
  const Block first = tree.insert(first_block("first"), std::nullopt, adding(5));
  tree.apply({.commit = first.hash, .decide = first.hash});
  const Block second = tree.insert(block_on(first, test_pc(4, first.hash, Phase::decide), "second"),
                                   std::nullopt, adding(6));
  tree.commit(second);
  REQUIRE_FALSE(tree->validators().update_decided);
  CHECK_FALSE(tree.apply({.decide = first.hash}).sets_changed);
  CHECK_FALSE(tree->validators().update_decided);
  CHECK(tree.apply({.decide = second.hash}).sets_changed);
  CHECK(tree->validators().update_decided);
}

TEST_CASE("each committed block is marked itself and sees the sets that the block below left",
          "[blocktree][S31][S53][I25]") {
  Tree tree;
  const ValidatorSet start = *tree->validators().committed;
  const Block a = tree.insert(first_block("a"), std::nullopt, adding(5));
  const Block b =
      tree.insert(block_on(a, test_pc(4, a.hash, Phase::decide), "b"), std::nullopt, adding(6));
  const Block c = tree.insert(block_on(b, test_pc(8, b.hash, Phase::decide), "c"));
  const TreeUpdateResult result = tree.commit(c);
  REQUIRE(result.committed.size() == 3);
  CHECK(result.committed[0].validator_set_updates == adding(5));
  CHECK(result.committed[1].validator_set_updates == adding(6));
  CHECK_FALSE(result.committed[2].validator_set_updates);
  const ValidatorSet middle = *start.with(adding(5));
  CHECK(*tree->validators().committed == *middle.with(adding(6)));
  CHECK(*tree->validators().previous == middle);
  CHECK(tree->validators().update_height == Height{1});
  const TreeReader stored = tree.stored();
  CHECK(stored.updates_status(a.hash) == ValidatorSetUpdatesStatus{CommittedUpdates{}});
  CHECK(stored.updates_status(b.hash) == ValidatorSetUpdatesStatus{CommittedUpdates{}});
  CHECK(stored.updates_status(c.hash) == ValidatorSetUpdatesStatus{NoUpdates{}});
  CHECK(*stored.validators().committed == *tree->validators().committed);
  CHECK(*stored.validators().previous == middle);
}

TEST_CASE("a Commit certificate is kept with its block", "[blocktree][S07]") {
  Tree tree;
  const Block block = tree.insert(first_block("set"), std::nullopt, adding(5));
  const PhaseCertificate pc = test_pc(3, block.hash, Phase::commit);
  CHECK_FALSE(tree->commit_pc(block.hash));
  tree.apply({.commit = block.hash, .commit_pc = pc});
  CHECK(tree->commit_pc(block.hash) == pc);
  tree.reopen();
  CHECK(tree->commit_pc(block.hash) == pc);
}

TEST_CASE("what is committed stays the same after reopening, and the chain goes on",
          "[blocktree][I14]") {
  Tree tree;
  std::vector<Block> chain{tree.insert(first_block("0"), puts({{"n", "0"}}))};
  for (std::uint64_t i = 1; i < 20; ++i) {
    tree.insert(block_on(chain.back(), i, "fork " + std::to_string(i)), puts({{"n", "fork"}}));
    chain.push_back(tree.insert(block_on(chain.back(), i, std::to_string(i)),
                                puts({{"n", std::to_string(i)}})));
    if (i % 3 == 0) tree.commit(chain[i - 1]);
    if (i % 5 == 0) tree.reopen();
  }
  tree.commit(chain.back());
  check_committed_chain(tree, chain);
  CHECK(text(tree.stored().app_value(as_bytes("n"))) == "19");
}

}  // namespace hs::test
