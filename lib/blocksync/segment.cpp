#include "lib/blocksync/segment.h"

#include <algorithm>

namespace hs {

LinkedBlocks linked_prefix(std::vector<Block> blocks, std::size_t blocks_max) {
  LinkedBlocks linked;
  const std::size_t count = std::min(blocks.size(), blocks_max);
  std::size_t length = 0;
  for (; length < count; ++length) {
    const Block& block = blocks[length];
    if (block.hash != block_hash(block.height, block.justify, block.data_hash)) {
      linked.false_hash = true;
      break;
    }
    if (length == 0) continue;
    const Block& parent = blocks[length - 1];
    if (block.justify.block != parent.hash) break;
    if (block.height != next(parent.height)) break;
  }
  blocks.resize(length);
  linked.blocks = std::move(blocks);
  return linked;
}

std::size_t segment_length(const std::vector<Block>& blocks, std::size_t first) {
  std::size_t end = first + 1;
  while (end < blocks.size() && blocks[end].justify.phase != Phase::decide) ++end;
  return end - first;
}

}  // namespace hs
