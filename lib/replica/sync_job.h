// What block sync holds between steps: replies on their way into the tree, and the run of asking
// that they belong to. [PROTOCOL 3A.8]
#pragma once
#include <optional>
#include <vector>

#include "lib/crypto/signatures.h"
#include "lib/types/block.h"

namespace hs {

// The blocks of one reply. It waits while the parent of its first block is not held yet (an earlier
// range is still on its way), and at the end while no certificate of its last block is known.
struct SyncJob {
  PublicKey peer;
  std::vector<Block> blocks;  // linked by hash
  PhaseCertificate highest_pc;
  Height asked_from;
  std::size_t bytes = 0;  // of the reply

  std::size_t position = 0;            // blocks before it are in the tree
  std::size_t trusted_until = 0;       // justifies of blocks before it are known good [S52]
  std::size_t certified_until = 0;     // blocks before it are themselves certified
  std::optional<View> pc_view_before;  // highest_pc when its first block was taken
  bool is_full = true;  // the server sent what it was asked for, or all that it could
  bool took_blocks = false;
  bool is_accounted = false;

  [[nodiscard]] bool is_done() const { return position >= blocks.size(); }
  // All that is left is a last block without a known certificate: another reply must bring it.
  [[nodiscard]] bool is_idle() const { return is_accounted && !is_done(); }
  [[nodiscard]] const Block& front() const { return blocks[position]; }
};

// From the first request until there is nothing more to ask.
struct SyncRun {
  bool wants_more = false;  // a reply has moved us on, so there may be more where it came from
  std::optional<PublicKey> prefer;
  // Where the next request starts, if not after the highest certified block: that block may stand
  // on a branch that everybody else has abandoned. [S52]
  std::optional<Height> start;
  bool tried_elsewhere = false;  // at once only once a run; later tries come with the retries
};

}  // namespace hs
