#include "testnet/set_history.h"

#include <algorithm>

#include "lib/kvapp/set_changes.h"

namespace hs {

SetHistory::SetHistory(const Genesis& genesis)
    : chain_id_(genesis.chain_id), authority_(genesis.authority) {
  sets_.push_back({std::nullopt, genesis.validator_set()});
}

Status SetHistory::add(const ToldChange& told) {
  const std::string which = "the change of the set at height " + std::to_string(told.height.value);
  if (sets_.back().height && told.height <= *sets_.back().height) {
    return fail(Errc::bad_value, which + " comes after a later one");
  }
  const auto transaction = from_borsh<Transaction>(told.transaction);
  const bool is_change = transaction && transaction->chain_id == chain_id_ &&
                         kv::changes_validators(transaction->operation);
  if (!is_change) return fail(Errc::bad_value, which + " is none of this chain");
  if (const auto authorised = kv::check_authority(*transaction, authority_); !authorised) {
    return fail(Errc::bad_value, which + ": " + authorised.error().what);
  }
  auto changed = kv::changed_set(sets_.back().set, transaction->operation);
  if (!changed) return fail(Errc::bad_value, which + ": " + changed.error().what);
  sets_.push_back({told.height, std::move(*changed)});
  return {};
}

const ValidatorSet& SetHistory::after(std::optional<Height> height) const {
  const auto later = std::find_if(sets_.begin() + 1, sets_.end(), [&](const Since& since) {
    return !height || *since.height > *height;
  });
  return std::prev(later)->set;
}

const ValidatorSet& SetHistory::judge(const PhaseCertificate& pc, Height height) const {
  if (pc.phase == Phase::decide) return after(height);
  return after(height.value == 0 ? std::nullopt : std::optional(Height{height.value - 1}));
}

}  // namespace hs
