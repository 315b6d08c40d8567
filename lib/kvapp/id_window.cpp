#include "lib/kvapp/id_window.h"

#include <algorithm>

#include "lib/kvapp/id_order.h"
#include "lib/kvapp/limits.h"

namespace hs::kv {

void IdWindow::append(Height height, const std::vector<TransactionId>& ids) {
  if (blocks_.empty() || height.value != first_ + blocks_.size()) {
    blocks_.clear();
    heights_.clear();
    first_ = height.value;
  }
  std::vector<Fingerprint>& block = blocks_.emplace_back();
  block.reserve(ids.size());
  for (const TransactionId& id : ids) {
    block.push_back(IdHash{salt_}(id));
    heights_.emplace(block.back(), height.value);
  }
  if (blocks_.size() > remembered_heights) drop_oldest();
}

void IdWindow::drop_oldest() {
  for (const Fingerprint value : blocks_.front()) {
    auto [entry, end] = heights_.equal_range(value);
    while (entry != end && entry->second != first_) ++entry;
    if (entry != end) heights_.erase(entry);
  }
  blocks_.pop_front();
  ++first_;
}

std::optional<IdWindow::Range> IdWindow::covered() const {
  if (blocks_.empty()) return std::nullopt;
  return Range{Height{first_}, Height{first_ + blocks_.size() - 1}};
}

std::vector<Height> IdWindow::candidates(const TransactionId& id) const {
  std::vector<Height> heights;
  const auto [begin, end] = heights_.equal_range(IdHash{salt_}(id));
  for (auto entry = begin; entry != end; ++entry) heights.emplace_back(entry->second);
  // Equal keys of a hash table come in no order that could be relied on.
  std::sort(heights.begin(), heights.end());
  return heights;
}

bool IdWindow::may_contain(const TransactionId& id) const {
  return heights_.contains(IdHash{salt_}(id));
}

}  // namespace hs::kv
