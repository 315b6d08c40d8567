#include "lib/kvapp/remembered.h"

#include <algorithm>

#include "lib/kvapp/id_order.h"
#include "lib/kvapp/limits.h"
#include "lib/store/store.h"

namespace hs::kv {

RememberedIds::RememberedIds(Height height, const AppView& state, const IdWindow& index)
    : first_(window_start(height, remembered_heights)),
      end_(height),
      state_(&state),
      index_(&index) {
  const auto covered = index.covered();
  for (Height at = first_; at < end_; at = next(at)) {
    if (covered && at >= covered->first && at <= covered->last) {
      at = covered->last;
      continue;
    }
    const std::vector<TransactionId> ids = record_ids(at);
    unindexed_.insert(unindexed_.end(), ids.begin(), ids.end());
  }
  std::sort(unindexed_.begin(), unindexed_.end(), IdOrder());
}

std::vector<TransactionId> RememberedIds::record_ids(Height height) const {
  std::vector<TransactionId> ids;
  const auto bytes = state_->get(record_key(height));
  if (!bytes) return ids;
  const auto record = decode_record(*bytes);
  if (!record) {
    throw StoreFailure(StoreFailure::Kind::corrupt,
                       "the app's record of height " + std::to_string(height.value) +
                           " cannot be decoded: " + record.error().what);
  }
  ids.reserve(record->size());
  for (const TransactionRecord& entry : *record) ids.push_back(entry.id);
  return ids;
}

bool RememberedIds::contains(const TransactionId& id) const {
  if (std::binary_search(unindexed_.begin(), unindexed_.end(), id, IdOrder())) return true;
  for (const Height at : index_->candidates(id)) {
    if (at < first_ || at >= end_) continue;
    const std::vector<TransactionId> ids = record_ids(at);
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) return true;
  }
  return false;
}

}  // namespace hs::kv
