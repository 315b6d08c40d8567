// What is going to happen, in order of time; what happens at one instant is ordered by a seeded
// tie, so that no order is taken for granted, and then by age.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/sim/violation.h"
#include "lib/types/scalars.h"

namespace hs::sim {

// An encoded message under way; one encoding serves all receivers.
struct Wire {
  Bytes bytes;
  std::string_view kind;  // name_of(Message)
  std::optional<View> view = {};  // by which it is ordered, if any
};
using WirePtr = std::shared_ptr<const Wire>;

struct Delivery {
  NodeIndex from;
  NodeIndex to;
  WirePtr wire;
};
using Chore = std::function<void()>;  // something the world has to do

struct Happening {
  Instant at;
  std::uint64_t tie = 0;
  std::uint64_t sequence = 0;
  std::variant<Delivery, Chore> what;
};

// A number that looks random but is the same for the same input: orders ties without drawing.
[[nodiscard]] std::uint64_t tie_of(std::uint64_t seed, std::uint64_t number);

class EventQueue {
 public:
  explicit EventQueue(std::uint64_t seed) : seed_(seed) {}

  void push(Instant at, std::variant<Delivery, Chore> what);
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  // Requires !empty().
  [[nodiscard]] const Happening& front() const { return heap_.front(); }
  [[nodiscard]] Happening pop();

 private:
  std::uint64_t seed_;
  std::uint64_t sequence_ = 0;
  std::vector<Happening> heap_;
};

}  // namespace hs::sim
