// A run of blocks that hang together by hash, cut out of what a peer sent. One verified certificate
// at its tip authenticates everything below, as a block's hash covers the bytes of its justify.
// [S52]
#pragma once
#include <vector>

#include "lib/types/block.h"

namespace hs {

// The blocks of `blocks` up to the first broken link: each has the hash it claims, its parent is
// the one before it, its height one more. The first block's own parent is not looked at.
[[nodiscard]] std::vector<Block> linked_prefix(std::vector<Block> blocks);

// How many of `blocks`, from `first` on, belong to one segment, all judged by one set. A block with
// a Decide justify follows a change of the set: it stands alone and ends the segment before it.
[[nodiscard]] std::size_t segment_length(const std::vector<Block>& blocks, std::size_t first);

}  // namespace hs
