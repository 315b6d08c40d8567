// What clients have handed to the node and its loop has not looked at yet. Answers do not bound it:
// a client that waits for nothing, or for a millisecond, sends the next request before the loop has
// seen the one before.
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "lib/base/bytes.h"

namespace hs {

// As long as less than this waits, another request is taken, however large; a body holds at most an
// eighth of it in bytes of transactions, or three times as much in the cost of tiny ones.
constexpr std::size_t submit_backlog_bytes_max = 4 << 20;

// Thread-safe; threads that come at the same moment may each be let in.
class SubmitBacklog {
 public:
  // A place in the backlog, until the last copy is gone.
  using Place = std::shared_ptr<const void>;

  // Null: the backlog is full.
  [[nodiscard]] Place take(const std::vector<Bytes>& transactions) {
    // What a transaction costs beside its bytes, so that empty ones count as well.
    constexpr std::size_t bytes_per_transaction = 64;
    if (*bytes_ >= submit_backlog_bytes_max) return nullptr;
    std::size_t bytes = 0;
    for (const Bytes& transaction : transactions)
      bytes += transaction.size() + bytes_per_transaction;
    *bytes_ += bytes;
    // The node may let go of it after the server is gone.
    return Place(bytes_.get(), [counter = bytes_, bytes](const void*) { *counter -= bytes; });
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> bytes_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace hs
