// Is a transaction in one of the last remembered_heights ancestors of a block? The answer is that
// of the app state after the block's parent, which holds a record of each of them, committed or
// not; the index only spares reading most of them.
#pragma once
#include <vector>

#include "lib/app/app.h"
#include "lib/kvapp/id_window.h"

namespace hs::kv {

// The first height whose ids a block at `height` must not repeat.
[[nodiscard]] constexpr Height window_start(Height height, std::uint64_t heights) {
  return Height{height.value > heights ? height.value - heights : 0};
}

// For one block; borrows both for its own life. Reads the records of what the index does not cover,
// as a rule the two or three uncommitted ancestors. Throws StoreFailure(corrupt) where a record
// cannot be decoded.
class RememberedIds {
 public:
  // `state` is the one after the parent of the block at `height`.
  RememberedIds(Height height, const AppView& state, const IdWindow& index);

  [[nodiscard]] bool contains(const TransactionId& id) const;

 private:
  [[nodiscard]] std::vector<TransactionId> record_ids(Height height) const;

  Height first_;  // of the window
  Height end_;    // the height of the block itself
  const AppView* state_;
  const IdWindow* index_;
  std::vector<TransactionId> unindexed_;  // in IdOrder
};

}  // namespace hs::kv
