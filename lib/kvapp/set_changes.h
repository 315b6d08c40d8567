// Changes of the validator set as transactions: who may make them, and what they may do.
//
// The authority signs everything else of the transaction under a line that no other signature of
// this program starts with, so a change belongs to one chain, cannot be altered, and, like every
// transaction, takes effect at most once. One block holds at most one change. A block with a change
// has no children before the change is decided, so a set that a block is judged against is never in
// question. [PROTOCOL 2.6, 11]
#pragma once
#include <expected>
#include <optional>

#include "lib/crypto/signatures.h"
#include "lib/kvapp/refusal.h"
#include "lib/kvapp/transaction.h"
#include "lib/validators/validator_set.h"

namespace hs::kv {

// The bytes under the authority's signature. Requires changes_validators().
[[nodiscard]] Bytes set_change_statement(const Transaction& transaction);
// The same transaction with the signature filled in. Requires changes_validators().
[[nodiscard]] Transaction signed_set_change(Transaction transaction, const SecretKey& authority);

// Errors: no_authority, unauthorised.
[[nodiscard]] std::expected<void, Refused> check_authority(
    const Transaction& transaction, const std::optional<PublicKey>& authority);

[[nodiscard]] ValidatorSetUpdates updates_of(const Operation& operation);
// The set after the change. Errors: unknown_validator, unchanged, unusable_set. [S14, S28, S39]
[[nodiscard]] std::expected<ValidatorSet, Refused> changed_set(const ValidatorSet& set,
                                                               const Operation& operation);

}  // namespace hs::kv
