#include "tests/support/catch.h"
#include "tests/support/tree.h"

namespace hs::test {

TEST_CASE("a block reads back as it was inserted, datum by datum", "[blocktree][I23]") {
  Tree tree;
  Block block = make_block(Height{0}, genesis_pc(), test_hash("d"),
                           {to_bytes("one"), Bytes{}, to_bytes("three")});
  tree.insert(block);
  CHECK(tree->block(block.hash) == block);
  CHECK(tree.stored().block(block.hash) == block);
  tree.reopen();
  CHECK(tree->block(block.hash) == block);
}

TEST_CASE("more datums than fit one byte keep their order", "[blocktree][I23]") {
  Tree tree;
  Data data;
  for (int i = 0; i < 300; ++i) data.push_back(to_bytes(std::to_string(i)));
  const Block block = make_block(Height{0}, genesis_pc(), test_hash("d"), data);
  tree.insert(block);
  CHECK(tree.stored().block(block.hash)->data == data);
}

TEST_CASE("a block that is not stored is none everywhere", "[blocktree]") {
  Tree tree;
  const Hash unknown = test_hash("unknown");
  CHECK_FALSE(tree->contains(unknown));
  CHECK(tree->header(unknown) == nullptr);
  CHECK_FALSE(tree->block(unknown));
  CHECK(tree->updates_status(unknown) == ValidatorSetUpdatesStatus{NoUpdates{}});
  CHECK_FALSE(tree.stored().contains(unknown));
  CHECK_FALSE(tree.stored().header(unknown));
  CHECK_FALSE(tree.stored().data(unknown));
  CHECK_FALSE(tree.stored().parent(unknown));
  CHECK(tree.stored().children(unknown).empty());
}

TEST_CASE("each block stands in exactly its parent's list", "[blocktree][I16]") {
  Tree tree;
  const Block root = tree.insert(first_block("root"));
  const Block other_root = tree.insert(first_block("other root"));
  const Block left = tree.insert(block_on(root, 1, "left"));
  const Block right = tree.insert(block_on(root, 1, "right"));
  CHECK(tree.stored().children(std::nullopt) == std::vector{root.hash, other_root.hash});
  CHECK(tree.stored().children(root.hash) == std::vector{left.hash, right.hash});
  CHECK(tree.stored().children(left.hash).empty());
  CHECK(tree.stored().parent(left.hash) == root.hash);
  CHECK_FALSE(tree.stored().parent(root.hash));
}

TEST_CASE("an insert can be read before its batch is written, and is gone if it never is",
          "[blocktree][I22]") {
  Tree tree;
  const Block block = first_block("a");
  tree->insert(block, puts({{"k", "v"}}), ValidatorSetUpdates{});
  CHECK(tree->block(block.hash) == block);
  CHECK(tree->reader().newest_block() == block.hash);
  CHECK(text(tree->app_view(block.hash)->get(as_bytes("k"))) == "v");
  CHECK_FALSE(tree.stored().contains(block.hash));
  tree.reopen();
  CHECK_FALSE(tree->contains(block.hash));
  CHECK(tree->pending_update_blocks().empty());
}

TEST_CASE("inserting a stored block again changes no byte", "[blocktree][S30]") {
  Tree tree;
  const Block root = tree.insert(first_block("root"), puts({{"k", "v"}}));
  ValidatorSetUpdates updates;
  updates.insert(test_key(5).public_key(), Power{1});
  const Block set_block = tree.insert(block_on(root, 1, "set"), std::nullopt, updates);
  tree.insert(block_on(root, 1, "newest"));
  const auto before = tree.store.entries();
  tree.insert(root, puts({{"k", "changed"}}), ValidatorSetUpdates{});
  tree.insert(set_block);
  CHECK(tree.store.entries() == before);
}

TEST_CASE("inserting a committed block again does not make its updates pending",
          "[blocktree][S30]") {
  Tree tree;
  ValidatorSetUpdates updates;
  updates.insert(test_key(5).public_key(), Power{1});
  const Block block = tree.insert(first_block("set"), puts({{"k", "v"}}), updates);
  tree.commit(block);
  const auto before = tree.store.entries();
  tree.insert(block, puts({{"k", "v"}}), updates);
  CHECK(tree.store.entries() == before);
  CHECK(tree->updates_status(block.hash) == ValidatorSetUpdatesStatus{CommittedUpdates{}});
  CHECK(tree->pending_update_blocks().empty());
}

TEST_CASE("a copy of a stored block with other data does not replace what is stored",
          "[blocktree][S04]") {
  Tree tree;
  const Block block = tree.insert(first_block("true"));
  Block forged = block;
  forged.data = {to_bytes("forged"), to_bytes("more")};
  tree.insert(forged);
  CHECK(tree->block(block.hash) == block);

  const Block empty = tree.insert(make_block(Height{0}, genesis_pc(), test_hash("e"), {}));
  forged = empty;
  forged.data = {to_bytes("forged")};
  tree.insert(forged);
  CHECK(tree->block(empty.hash) == empty);
}

TEST_CASE("a datum that the store has lost is filled in by a copy of the block",
          "[blocktree][S30]") {
  Tree tree;
  const Block block = tree.insert(
      make_block(Height{0}, genesis_pc(), test_hash("d"), {to_bytes("one"), to_bytes("two")}));
  WriteBatch loss;
  loss.erase(key::block_datum(block.hash, 1));
  tree.store.write(loss, false);
  CHECK_THROWS_AS(tree->block(block.hash), StoreFailure);
  Block shorter = block;
  shorter.data.pop_back();
  tree.insert(shorter);  // of another number of datums: not a copy of what was stored
  CHECK_THROWS_AS(tree->block(block.hash), StoreFailure);
  tree.insert(block);
  CHECK(tree->block(block.hash) == block);
}

TEST_CASE("the newest block is the one inserted last", "[blocktree]") {
  Tree tree;
  CHECK_FALSE(tree.stored().newest_block());
  const Block root = tree.insert(first_block("root"));
  const Block left = tree.insert(block_on(root, 1, "left"));
  CHECK(tree.stored().newest_block() == left.hash);
  tree.insert(root);
  CHECK(tree.stored().newest_block() == left.hash);
}

TEST_CASE("headers are found again after the cache has forgotten them", "[blocktree]") {
  Tree tree;
  std::vector<Block> chain{tree.insert(first_block("0"))};
  for (std::uint64_t view = 1; view <= 400; ++view) {
    chain.push_back(tree.insert(block_on(chain.back(), view, std::to_string(view))));
  }
  for (const Block& block : chain) {
    const auto header = tree->header(block.hash);
    REQUIRE(header != nullptr);
    CHECK(header->height == block.height);
    CHECK(header->justify == block.justify);
    CHECK(header->data_hash == block.data_hash);
    CHECK(header->hash == block.hash);
  }
}

}  // namespace hs::test
