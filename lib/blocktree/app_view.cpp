#include "lib/blocktree/app_view.h"

#include "lib/blocktree/key_table.h"

namespace hs {

StoredAppView::StoredAppView(const KvReader& store, std::vector<AppStateUpdatesPtr> pending,
                             ValidatorSetPtr committed_validators)
    : store_(&store),
      pending_(std::move(pending)),
      committed_validators_(std::move(committed_validators)) {}

std::optional<Bytes> StoredAppView::get(BytesView key) const {
  if (!pending_.empty()) {
    const Bytes wanted = to_bytes(key);
    for (const AppStateUpdatesPtr& updates : pending_) {
      // Deletes first: a key in both halves counts as deleted, as deletes are applied last.
      if (updates->deletes.contains(wanted)) return std::nullopt;
      const auto insert = updates->inserts.find(wanted);
      if (insert != updates->inserts.end()) return insert->second;
    }
  }
  return store_->get(key::app_state(key));
}

std::optional<Data> StoredAppView::data_of(const Hash& block) const {
  return TreeReader(*store_).data(block);
}

std::optional<Hash> StoredAppView::parent_of(const Hash& block) const {
  return TreeReader(*store_).parent(block);
}

const ValidatorSet& StoredAppView::committed_validators() const { return *committed_validators_; }

}  // namespace hs
