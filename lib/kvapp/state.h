// The app's own keys, and what it remembers of each block. All of it is app state: replicated, and
// part of every AppView.
//
//   'u' ++ user key            the user's value, raw
//   't' ++ height (u64, big-endian)   BlockRecord of a block that held transactions; kept for
//                              remembered_heights heights
//   'h'                        height of the newest block, u64; missing before the first
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "lib/kvapp/transaction.h"

namespace hs::kv {

struct TransactionRecord {
  TransactionId id;
  Outcome outcome = Outcome::applied;
  friend bool operator==(const TransactionRecord&, const TransactionRecord&) = default;
};
// The transactions of one block in their order.
using BlockRecord = std::vector<TransactionRecord>;

[[nodiscard]] Bytes user_key(BytesView key);
[[nodiscard]] Bytes record_key(Height height);
[[nodiscard]] Bytes height_key();
[[nodiscard]] Bytes record_prefix();
// The height of a record_key(); none for any other key.
[[nodiscard]] std::optional<Height> height_of_record_key(BytesView key);

[[nodiscard]] Bytes encode_record(const BlockRecord& record);
[[nodiscard]] Result<BlockRecord> decode_record(BytesView bytes);

// How app state is read without knowing where it lies: an AppView, a snapshot, an offline store.
// Keys are app keys, without the prefix of the block tree.
using Getter = std::function<std::optional<Bytes>(BytesView key)>;
// Visits entries whose key starts with `prefix`, ascending, until the visitor returns false.
using Visitor = std::function<bool(BytesView key, BytesView value)>;
using Scanner = std::function<void(BytesView prefix, const Visitor& visit)>;

}  // namespace hs::kv
