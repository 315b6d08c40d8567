#include "lib/blocksync/segment.h"

namespace hs {

std::vector<Block> linked_prefix(std::vector<Block> blocks) {
  std::size_t length = 0;
  for (; length < blocks.size(); ++length) {
    const Block& block = blocks[length];
    if (block.hash != block_hash(block.height, block.justify, block.data_hash)) break;
    if (length == 0) continue;
    const Block& parent = blocks[length - 1];
    if (block.justify.block != parent.hash) break;
    if (block.height != next(parent.height)) break;
  }
  blocks.resize(length);
  return blocks;
}

std::size_t segment_length(const std::vector<Block>& blocks, std::size_t first) {
  if (blocks[first].justify.phase == Phase::decide) return 1;
  std::size_t end = first + 1;
  while (end < blocks.size() && blocks[end].justify.phase != Phase::decide) ++end;
  return end - first;
}

}  // namespace hs
