// The app's own keys, and what it remembers of each block. All of it is app state: replicated, and
// part of every AppView.
//
//   'u' ++ user key            the user's value, raw
//   't' ++ height (u64, big-endian)   BlockRecord of a block that held transactions; kept for
//                              remembered_heights heights
//   'h'                        height of the newest block, u64; missing before the first
//   'v' ++ height (u64, big-endian)   SetChange of a block that changed the validator set; kept
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "lib/kvapp/transaction.h"
#include "lib/validators/validator_set.h"

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

// A change of the validator set: who asked for it, and which set it replaced. So the set of any
// height can be told, and whoever knows the genesis can check all of them. [queries.h]
struct SetChange {
  Bytes transaction;
  ValidatorSet before;
  friend bool operator==(const SetChange&, const SetChange&) = default;
};
[[nodiscard]] Bytes set_change_key(Height height);
[[nodiscard]] Bytes set_change_prefix();
// The height of a set_change_key(); none for any other key.
[[nodiscard]] std::optional<Height> height_of_set_change_key(BytesView key);
[[nodiscard]] Bytes encode_set_change(const SetChange& change);
[[nodiscard]] Result<SetChange> decode_set_change(BytesView bytes);

[[nodiscard]] Bytes encode_record(const BlockRecord& record);
[[nodiscard]] Result<BlockRecord> decode_record(BytesView bytes);

// How app state is read without knowing where it lies: an AppView, a snapshot, an offline store.
// Keys are app keys, without the prefix of the block tree.
using Getter = std::function<std::optional<Bytes>(BytesView key)>;
// Visits entries whose key starts with `prefix`, ascending, until the visitor returns false.
using Visitor = std::function<bool(BytesView key, BytesView value)>;
using Scanner = std::function<void(BytesView prefix, const Visitor& visit)>;

}  // namespace hs::kv
