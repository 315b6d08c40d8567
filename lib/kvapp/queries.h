// Questions about committed app state, for people and programs outside consensus: live over a
// snapshot, or offline over a store at rest. Thread-safe as far as what they read from is. Values
// of ours that cannot be decoded are errors with code corrupt.
#pragma once
#include <variant>

#include "lib/kvapp/state.h"
#include "lib/types/block.h"

namespace hs::kv {

struct Pending {};  // in the pool of the node asked
struct Committed {
  Height height;
  std::uint32_t index = 0;  // within the block
  Outcome outcome = Outcome::applied;
};
struct Unknown {};  // never seen, refused, or committed more than remembered_heights ago
using TransactionStatus = std::variant<Pending, Committed, Unknown>;

// Height of the block after which this state stands; none before the first block.
[[nodiscard]] Result<std::optional<Height>> height_of(const Getter& get);

// A user's value.
[[nodiscard]] std::optional<Bytes> value_of(const Getter& get, BytesView key);

// Users' entries whose key starts with `prefix`, ascending; keys as users know them.
void list(const Scanner& scan, BytesView prefix, const Visitor& visit);

// Outcomes of the transactions of a committed block; empty where it held none or is forgotten.
[[nodiscard]] Result<BlockRecord> record_of(const Getter& get, Height height);

// Committed or Unknown. Looks through at most remembered_heights records, oldest first.
[[nodiscard]] Result<TransactionStatus> find_transaction(const Scanner& scan,
                                                         const TransactionId& id);

// A committed change of the validator set: the block at `height` replaced `change.before`.
struct SetChangeAt {
  Height height;
  SetChange change;
};
// All of them at `from` or above, ascending; at most `limit`.
[[nodiscard]] Result<std::vector<SetChangeAt>> set_changes(const Scanner& scan, Height from,
                                                           std::size_t limit);

// Fingerprint of all users' entries: equal states give equal hashes. Starting from 32 zero bytes,
// each entry in order gives hash := SHA-256(hash ++ borsh(key) ++ borsh(value)).
[[nodiscard]] Hash state_hash(const Scanner& scan);

// The encoded transactions of a block, in order; empty for an empty block. Errors: as decoding the
// block's data; a committed block gives none.
[[nodiscard]] Result<std::vector<Bytes>> transactions_of(const Data& data);

}  // namespace hs::kv
