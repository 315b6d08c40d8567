// The bounds that validation applies. They decide which blocks are valid, so they are constants of
// the app, never a setting of one node: replicas that differed here would disagree for ever.
// [ARCHITECTURE 5]
#pragma once
#include <cstddef>
#include <cstdint>

namespace hs::kv {

constexpr std::size_t key_bytes_min = 1;
constexpr std::size_t key_bytes_max = 1024;
constexpr std::size_t transaction_bytes_max = 256
                                              << 10;   // one encoded transaction; bounds its value
constexpr std::size_t block_data_bytes_max = 2 << 20;  // the one datum of a block
constexpr std::size_t block_transactions_max = 4096;   // bounds what is remembered of a block
constexpr std::size_t set_change_bytes_max = 512;      // no change of the validator set is longer
// An id is remembered for this many heights after its block, and a transaction may stay valid for
// at most as long: so no transaction can come back after it was forgotten.
constexpr std::uint64_t remembered_heights = 1000;

// The pool of one node; these may differ between nodes.
constexpr std::size_t pool_bytes_max = 64 << 20;
constexpr std::size_t pool_transactions_max = 50'000;
constexpr std::size_t pool_client_transactions_max = 1000;  // of one client
// What clients should put between the committed height and `valid_until`: half the window, so that
// a node a few hundred blocks behind or ahead still admits the transaction.
constexpr std::uint64_t valid_heights_default = remembered_heights / 2;

static_assert(transaction_bytes_max < block_data_bytes_max);

}  // namespace hs::kv
