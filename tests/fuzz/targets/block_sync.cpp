// Both messages of block sync: the first byte says which.
#include "lib/base/limits.h"
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(block_sync) {
  if (input.empty()) return;
  const BytesView body = input.subspan(1);
  if (input[0] % 2 == 0) {
    (void)fuzz::round_trip<BlockSyncRequest>(body);
    return;
  }
  // As for all messages, see message.cpp: empty slots of signature sets.
  const auto response = fuzz::round_trip<BlockSyncResponse>(
      body, fuzz::allocation_max(body.size(), 16 + 2 * sizeof(SignatureSet::value_type)));
  if (response) HS_CHECK(response->blocks.size() <= sync_request_blocks_max);
}

}  // namespace hs
