#include "lib/blocksync/segment.h"

#include "tests/support/catch.h"
#include "tests/support/chain.h"

using namespace hs;
using namespace hs::test;

namespace {

std::vector<Block> chain_of(std::size_t length) {
  std::vector<Block> blocks{first_block("0")};
  while (blocks.size() < length) {
    blocks.push_back(block_on(blocks.back(), blocks.size(), std::to_string(blocks.size())));
  }
  return blocks;
}

}  // namespace

TEST_CASE("what follows a broken link is cut off", "[blocksync][S52]") {
  std::vector<Block> blocks = chain_of(5);
  CHECK(linked_prefix(blocks, 256).blocks.size() == 5);
  CHECK(linked_prefix(blocks, 3).blocks.size() == 3);
  SECTION("a block is left out") {
    blocks.erase(blocks.begin() + 2);
    const LinkedBlocks linked = linked_prefix(blocks, 256);
    CHECK(linked.blocks.size() == 2);
    CHECK_FALSE(linked.false_hash);
  }
  SECTION("a hash is not that of its block") {
    blocks[3].hash = test_hash("another");
    const LinkedBlocks linked = linked_prefix(blocks, 256);
    CHECK(linked.blocks.size() == 3);
    CHECK(linked.false_hash);
  }
}

TEST_CASE("a segment ends before a block that a Decide certificate justifies", "[blocksync][S52]") {
  std::vector<Block> blocks = chain_of(3);
  blocks.push_back(block_on(blocks.back(), test_pc(4, blocks.back().hash, Phase::decide), "3"));
  blocks.push_back(block_on(blocks.back(), 5, "4"));
  CHECK(segment_length(blocks, 0) == 3);
  CHECK(segment_length(blocks, 1) == 2);
  CHECK(segment_length(blocks, 3) == 2);
}
