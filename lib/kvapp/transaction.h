// What users ask of the replicated key-value app, and its bytes. [ARCHITECTURE 5]
//
// `client` and `sequence` make a transaction different from every other one; the id is the hash of
// the bytes, so "the same transaction" means "the same bytes".
#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "lib/codec/borsh.h"
#include "lib/crypto/sha256.h"
#include "lib/crypto/signatures.h"
#include "lib/types/scalars.h"

namespace hs {

struct ClientIdTag;
using ClientId = FixedBytes<ClientIdTag, 16>;  // 16 random bytes that the client chose
struct TransactionIdTag;
using TransactionId = FixedBytes<TransactionIdTag, 32>;  // SHA-256 of the encoded transaction

namespace kv {

struct Put {
  Bytes key;
  Bytes value;
  friend bool operator==(const Put&, const Put&) = default;
};
struct Delete {
  Bytes key;
  friend bool operator==(const Delete&, const Delete&) = default;
};
// Sets `key` to `value` if it holds `expected` now; `expected` none: if it is absent. Otherwise the
// transaction is part of the block, changes nothing, and its outcome is "failed".
struct CompareAndSet {
  Bytes key;
  std::optional<Bytes> expected;
  Bytes value;
  friend bool operator==(const CompareAndSet&, const CompareAndSet&) = default;
};

// Changes of the validator set, signed by the authority that the genesis names. [set_changes.h]
// Adds a validator, or gives one another power.
struct SetValidator {
  PublicKey validator;
  Power power;
  Signature signature;
  friend bool operator==(const SetValidator&, const SetValidator&) = default;
};
struct RemoveValidator {
  PublicKey validator;
  Signature signature;
  friend bool operator==(const RemoveValidator&, const RemoveValidator&) = default;
};

// The index is the Borsh tag.
using Operation = std::variant<Put, Delete, CompareAndSet, SetValidator, RemoveValidator>;

// "put", "delete", "cas", "set_validator", "remove_validator"
[[nodiscard]] std::string_view name_of(const Operation& operation);
// Null for a change of the validator set.
[[nodiscard]] const Bytes* key_of(const Operation& operation);
[[nodiscard]] bool changes_validators(const Operation& operation);

// What became of a transaction that is in a committed block.
enum class Outcome : std::uint8_t {
  applied = 0,
  failed = 1,  // a compare-and-set that did not match; a change that the set did not allow
};
[[nodiscard]] std::string_view name_of(Outcome outcome);  // "applied", "failed"

}  // namespace kv

struct Transaction {
  ChainId chain_id;
  ClientId client;
  std::uint64_t sequence = 0;  // the client's own count
  Height valid_until;          // the last height of a block that may hold it
  kv::Operation operation;
  friend bool operator==(const Transaction&, const Transaction&) = default;
};

[[nodiscard]] TransactionId transaction_id(BytesView encoded);

void encode(BorshWriter& writer, const Transaction& transaction);
// Errors beside those of Borsh: bad_value (unknown operation; empty or too long key), too_long
// (more than transaction_bytes_max remain to be read).
Status decode(BorshReader& reader, Transaction& transaction);

}  // namespace hs
