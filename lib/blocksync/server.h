// What a replica answers to a BlockSyncRequest. [PROTOCOL 5.2, 3A.8, S04a, S07, S15, S18]
#pragma once
#include "lib/blocktree/block_tree.h"
#include "lib/types/messages.h"

namespace hs {

struct SyncServerLimits {
  std::uint32_t blocks_max = 0;  // at least 1
  std::size_t bytes_max = 0;     // encoded blocks; one block always fits
};

// Committed blocks from `start_height` with their full data, ending at the first block with
// validator set updates whose Commit PC is held (that PC then stands for highest_pc, so that a
// client can cross the update); otherwise followed by the branch of highest_pc above it. Nothing to
// send: empty blocks.
[[nodiscard]] BlockSyncResponse answer(const BlockTree& tree, const BlockSyncRequest& request,
                                       const SyncServerLimits& limits);

}  // namespace hs
