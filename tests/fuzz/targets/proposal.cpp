// A proposal, its block, and the hash that a receiver computes of it.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(proposal) {
  const auto proposal = fuzz::round_trip<Proposal>(input);
  if (!proposal) return;
  const Block& block = proposal->block;
  const Bytes encoded = to_borsh(block);
  HS_CHECK(fuzz::round_trip<Block>(encoded) == block);
  const Block honest = make_block(block.height, block.justify, block.data_hash, block.data);
  HS_CHECK((honest.hash == block.hash) ==
           (block_hash(block.height, block.justify, block.data_hash) == block.hash));
}

}  // namespace hs
