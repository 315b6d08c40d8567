// Why a transaction is not taken.
#pragma once
#include <expected>
#include <string>
#include <string_view>

namespace hs::kv {

enum class Refusal {
  malformed,  // does not decode
  too_large,  // above transaction_bytes_max
  wrong_chain,
  expired,        // valid_until lies behind the next block
  too_far_ahead,  // valid_until is more than remembered_heights beyond the next block
  duplicate,      // is in the pool already
  committed,      // is in a committed block already
  pool_full,
  client_full,
  // Of changes of the validator set alone.
  no_authority,       // the genesis names nobody who may change it
  unauthorised,       // not signed by the one it names
  update_undecided,   // another change waits or is not decided yet
  unknown_validator,  // there is no such validator to remove
  unchanged,          // the validator has that power already
  unusable_set,       // nobody left, a power or the total out of range, a key that is none
};
// "malformed", "too_large", ...
[[nodiscard]] std::string_view name_of(Refusal refusal);

struct Refused {
  Refusal reason;
  std::string what;  // a sentence for people
};
[[nodiscard]] std::unexpected<Refused> refuse(Refusal reason, std::string what);

}  // namespace hs::kv
