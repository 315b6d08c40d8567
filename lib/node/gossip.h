// Frames of channel 2: transactions on their way to whoever will propose.
//
//   forwards u8 (0 or 1) | count u32 | count x (length u32, transaction bytes)     (Borsh)
//
// A node sends what its own users gave it to every validator that it is connected to. Where that is
// not all of them it asks the receivers to pass the transactions on, once (`forwards` 1); what came
// from a peer is never passed on a second time. So a full mesh carries each transaction once per
// link, and a node that knows one validator only still reaches them all.
#pragma once
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hs {

struct TransactionFrame {
  bool pass_on = false;
  std::vector<Bytes> transactions;
};

// A frame of 4 MiB could hold more crumbs than are worth a look each.
constexpr std::size_t frame_transactions_max = 1 << 16;

// As many frames as it takes, each within both limits. A transaction is within
// kv::transaction_bytes_max, as the pool took it.
[[nodiscard]] std::vector<Bytes> encode_transaction_frames(bool pass_on,
                                                           const std::vector<Bytes>& transactions);
// Errors: those of Borsh; bad_value for another first byte, an empty frame, more
// transactions than frame_transactions_max, or an empty transaction.
[[nodiscard]] Result<TransactionFrame> decode_transaction_frame(BytesView body);

}  // namespace hs
