// A run of blocks that hang together by hash, cut out of what a peer sent. One verified certificate
// at its tip authenticates everything below, as a block's hash covers the bytes of its justify.
// [S52]
#pragma once
#include <vector>

#include "lib/types/block.h"

namespace hs {

struct LinkedBlocks {
  std::vector<Block> blocks;
  bool false_hash = false;  // cut at a block whose hash is not its own: no honest server sends one
};
// The blocks of `blocks`, at most `blocks_max`, up to the first broken link: each has the hash it
// claims, its parent is the one before it, its height one more. The first block's own parent is not
// looked at.
[[nodiscard]] LinkedBlocks linked_prefix(std::vector<Block> blocks, std::size_t blocks_max);

// How many of `blocks`, from `first` on, belong to one segment, all judged by one set: it ends
// before a block with a Decide justify, which follows a change of the set. At least one.
[[nodiscard]] std::size_t segment_length(const std::vector<Block>& blocks, std::size_t first);

}  // namespace hs
