// The app state after a block that may not be committed yet: the committed state under the pending
// updates of the block and its uncommitted ancestors. [PROTOCOL 6.6]
#pragma once
#include <memory>
#include <vector>

#include "lib/app/app.h"
#include "lib/blocktree/tree_reader.h"
#include "lib/store/store.h"

namespace hs {

// Updates are immutable once stored, so views of the same branch share them.
using AppStateUpdatesPtr = std::shared_ptr<const AppStateUpdates>;

class StoredAppView : public AppView {
 public:
  // `store` must outlive the view. `pending` has the newest block's updates first.
  StoredAppView(const KvReader& store, std::vector<AppStateUpdatesPtr> pending,
                ValidatorSetPtr committed_validators);

  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override;
  [[nodiscard]] std::optional<Data> data_of(const Hash& block) const override;
  [[nodiscard]] std::optional<Hash> parent_of(const Hash& block) const override;
  [[nodiscard]] const ValidatorSet& committed_validators() const override;

 private:
  const KvReader* store_;
  std::vector<AppStateUpdatesPtr> pending_;
  ValidatorSetPtr committed_validators_;
};

}  // namespace hs
