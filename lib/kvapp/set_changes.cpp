#include "lib/kvapp/set_changes.h"

#include "lib/base/check.h"
#include "lib/base/hex.h"
#include "lib/base/overloaded.h"

namespace hs::kv {
namespace {

constexpr std::string_view statement_line = "hs change of a validator set v1\n";

Signature& signature_of(Operation& operation) {
  if (auto* set = std::get_if<SetValidator>(&operation)) return set->signature;
  auto* remove = std::get_if<RemoveValidator>(&operation);
  HS_CHECK(remove != nullptr);
  return remove->signature;
}

}  // namespace

Bytes set_change_statement(const Transaction& transaction) {
  Transaction unsigned_one = transaction;
  signature_of(unsigned_one.operation) = Signature{};
  BorshWriter writer;
  writer.raw(as_bytes(statement_line));
  encode(writer, unsigned_one);
  return std::move(writer).take();
}

Transaction signed_set_change(Transaction transaction, const SecretKey& authority) {
  const Signature signature = authority.sign(set_change_statement(transaction));
  signature_of(transaction.operation) = signature;
  return transaction;
}

std::expected<void, Refused> check_authority(const Transaction& transaction,
                                             const std::optional<PublicKey>& authority) {
  if (!authority) {
    return refuse(Refusal::no_authority,
                  "the genesis of this chain names no authority, so its validators never change");
  }
  Operation operation = transaction.operation;
  const Signature& signature = signature_of(operation);
  if (!verify_ed25519(*authority, set_change_statement(transaction), signature)) {
    return refuse(Refusal::unauthorised, "the change is not signed by the authority " +
                                             to_hex(authority->view()) + " of the genesis");
  }
  return {};
}

ValidatorSetUpdates updates_of(const Operation& operation) {
  ValidatorSetUpdates updates;
  std::visit(Overloaded{[&](const SetValidator& set) { updates.insert(set.validator, set.power); },
                        [&](const RemoveValidator& remove) { updates.erase(remove.validator); },
                        [](const auto&) {}},
             operation);
  return updates;
}

std::expected<ValidatorSet, Refused> changed_set(const ValidatorSet& set,
                                                 const Operation& operation) {
  const ValidatorSetUpdates updates = updates_of(operation);
  for (const PublicKey& key : updates.deletes) {
    if (set.contains(key)) continue;
    return refuse(Refusal::unknown_validator, to_hex(key.view()) + " is no validator");
  }
  for (const auto& [key, power] : updates.inserts) {
    if (power.value == 0) {
      return refuse(Refusal::unusable_set,
                    "a validator needs a power of at least 1; remove it to take its vote away");
    }
    if (!set.contains(key) || set.power_of(key) != power) continue;
    return refuse(Refusal::unchanged, "validator " + to_hex(key.view()) + " has the power " +
                                          std::to_string(power.value) + " already");
  }
  auto changed = set.with(updates);
  if (!changed) return refuse(Refusal::unusable_set, changed.error().what);
  if (const Status usable = check_usable(*changed); !usable) {
    return refuse(Refusal::unusable_set, usable.error().what);
  }
  return std::move(*changed);
}

}  // namespace hs::kv
