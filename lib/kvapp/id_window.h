// Which of the last remembered_heights committed blocks may hold a transaction: an index over the
// block records of committed state, so that judging a block costs one look-up per transaction and
// not a thousand records. It answers with heights to look at; the record itself decides. What it
// does not cover is read from the state, so a verdict never depends on how much of the window is
// indexed.
//
// Memory: about 56 bytes for each transaction of the window.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "lib/kvapp/state.h"

namespace hs::kv {

class IdWindow {
 public:
  // `salt`: see IdHash.
  explicit IdWindow(std::uint64_t salt) : salt_(salt) {}

  // Appends the committed block at `height`. One that does not follow the last starts anew, so what
  // is covered never has a hole; what leaves the window is dropped.
  void append(Height height, const std::vector<TransactionId>& ids);

  // The heights that are indexed, both ends included; none before the first append.
  struct Range {
    Height first;
    Height last;
  };
  [[nodiscard]] std::optional<Range> covered() const;
  // Indexed heights whose block may hold `id`: nearly always none, and nearly never a wrong one.
  [[nodiscard]] std::vector<Height> candidates(const TransactionId& id) const;
  // May a block of the window hold `id`? Wrong once in 2^40 at most, for admission only.
  [[nodiscard]] bool may_contain(const TransactionId& id) const;
  [[nodiscard]] std::size_t size() const { return heights_.size(); }  // ids

 private:
  using Fingerprint = std::uint64_t;  // IdHash of an id
  void drop_oldest();

  std::uint64_t salt_;
  std::uint64_t first_ = 0;                                      // height of blocks_.front()
  std::deque<std::vector<Fingerprint>> blocks_;                  // one for each covered height
  std::unordered_multimap<Fingerprint, std::uint64_t> heights_;  // looked up, never iterated
};

}  // namespace hs::kv
