// How the transactions of a block lie in its data, and what binds the data to the block.
#pragma once
#include <vector>

#include "lib/crypto/sha256.h"
#include "lib/kvapp/transaction.h"
#include "lib/types/block.h"

namespace hs::kv {

// SHA-256(borsh(data)): for blocks of this app the data_hash. [S04]
[[nodiscard]] Hash hash_of(const Data& data);

// No datum for no transactions, else one: borsh(Vec<transaction bytes>).
[[nodiscard]] Data to_data(const std::vector<BytesView>& transactions);

// The encoded transactions, borrowed from `data`. Errors: bad_value (more than one datum, or one
// that holds no transaction), too_long (limits.h), truncated, trailing.
[[nodiscard]] Result<std::vector<BytesView>> encoded_transactions(const Data& data);

// What one transaction takes in the datum beside its bytes, and the datum itself.
constexpr std::size_t bytes_per_transaction = 4;
constexpr std::size_t bytes_per_datum = 4;

}  // namespace hs::kv
