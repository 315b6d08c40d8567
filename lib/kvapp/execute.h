// What the transactions of one block do to the app state.
#pragma once
#include "lib/app/app.h"
#include "lib/kvapp/state.h"

namespace hs::kv {

// Runs transactions one after the other over the state after the parent; each sees what the ones
// before it did. Borrows the view.
class BlockExecution {
 public:
  explicit BlockExecution(const AppView& state) : state_(&state) {}

  Outcome apply(const Operation& operation);
  // What a change of the validator set, at most one of which may be applied, does to it; none if
  // there was no change, or none that the set allows.
  [[nodiscard]] const std::optional<ValidatorSetUpdates>& set_updates() const {
    return set_updates_;
  }
  // The changes so far. Call last.
  [[nodiscard]] AppStateUpdates take() && { return std::move(updates_); }

 private:
  [[nodiscard]] std::optional<Bytes> current(const Bytes& full_key) const;
  Outcome change_set(const Operation& operation);

  const AppView* state_;
  AppStateUpdates updates_;
  std::optional<ValidatorSetUpdates> set_updates_;
};

}  // namespace hs::kv
