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
  // The changes so far. Call last.
  [[nodiscard]] AppStateUpdates take() && { return std::move(updates_); }

 private:
  [[nodiscard]] std::optional<Bytes> current(const Bytes& full_key) const;

  const AppView* state_;
  AppStateUpdates updates_;
};

}  // namespace hs::kv
