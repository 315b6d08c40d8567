// A bounded memory of values by block hash, the oldest entry out first. What is not in it is read
// from the store again, so forgetting is always safe; serving something old is not, so whoever
// changes the store must erase here.
#pragma once
#include <deque>
#include <unordered_map>

#include "lib/crypto/first_bytes.h"

namespace hs {

template <class Value>
class BlockCache {
 public:
  explicit BlockCache(std::size_t entries_max) : entries_max_(entries_max) {}

  // Null if it is not remembered. Valid until the next call that is not const.
  [[nodiscard]] const Value* find(const Hash& block) const {
    const auto entry = entries_.find(block);
    return entry == entries_.end() ? nullptr : &entry->second;
  }
  const Value& insert(const Hash& block, Value value) {
    const auto [entry, is_new] = entries_.insert_or_assign(block, std::move(value));
    if (is_new) {
      order_.push_back(block);
      if (order_.size() > entries_max_) {
        entries_.erase(order_.front());
        order_.pop_front();
      }
    }
    return entry->second;
  }
  void erase(const Hash& block) {
    // Its place in the order stays until it comes to the front: that bounds both containers, and
    // erasing is rare.
    entries_.erase(block);
  }

 private:
  std::size_t entries_max_;
  std::unordered_map<Hash, Value, FirstBytes> entries_;
  std::deque<Hash> order_;
};

}  // namespace hs
