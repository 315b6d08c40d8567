// An input read as a list of decisions, so that the fuzzer mutates decisions and not a format. At
// its end every decision is the first one.
#pragma once
#include <algorithm>
#include <cstdint>

#include "lib/base/bytes.h"

namespace hs::fuzz {

class InputTape {
 public:
  explicit InputTape(BytesView input) : rest_(input) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  // Below `bound`, which is 1 ..= 256.
  std::size_t below(std::size_t bound) { return byte() % bound; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return value;
  }
  // As many as there are, at most `count`.
  BytesView bytes(std::size_t count) {
    const BytesView taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  BytesView rest() { return bytes(rest_.size()); }

 private:
  BytesView rest_;
};

}  // namespace hs::fuzz
