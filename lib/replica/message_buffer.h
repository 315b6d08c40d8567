// Messages for views that have not come yet: exact accounting, quotas per sender, nearer views win.
// [PROTOCOL 7.3, S16, S21]
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "lib/replica/io.h"

namespace hs {

class MessageBuffer {
 public:
  struct Entry {
    PublicKey origin;
    MessagePtr message;
    std::size_t bytes = 0;  // what it is accounted as: encoded or in memory, whichever is more
  };

  explicit MessageBuffer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Keeps the message unless its sender already has one of its kind (of votes: two different ones,
  // which are evidence [S23]) for that view, or has used up
  // `sender_bytes_max` with messages for nearer views. Of one sender's messages the farthest leave
  // first; when the whole is full, the farthest of all.
  bool insert(View view, Entry entry, std::size_t sender_bytes_max);

  // The oldest message for `view` that `wanted` accepts.
  using Wanted = std::function<bool(const Entry& entry)>;
  [[nodiscard]] std::optional<Entry> take(View view, const Wanted& wanted);
  [[nodiscard]] bool has(View view) const { return views_.contains(view); }
  void drop_below(View view);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // The same two counted anew, for the invariant that accounting is exact. [I38]
  [[nodiscard]] std::size_t recount_bytes() const;
  // How often room was made by dropping a farther message: of the same sender, of anyone.
  [[nodiscard]] std::uint64_t evicted_own() const { return evicted_own_; }
  [[nodiscard]] std::uint64_t evicted_any() const { return evicted_any_; }

 private:
  using Queue = std::deque<Entry>;
  void forget(const Entry& entry);
  bool evict_farther(View than, const PublicKey* sender);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t size_ = 0;
  std::uint64_t evicted_own_ = 0;
  std::uint64_t evicted_any_ = 0;
  std::map<View, Queue> views_;
  struct Share {
    std::size_t bytes = 0;
    std::size_t messages = 0;
  };
  std::map<PublicKey, Share> shares_;  // of senders with messages here
};

}  // namespace hs
