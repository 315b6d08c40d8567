#include "lib/sim/event_queue.h"

#include <algorithm>
#include <tuple>

namespace hs::sim {
namespace {

bool comes_later(const Happening& a, const Happening& b) {
  return std::tie(a.at, a.tie, a.sequence) > std::tie(b.at, b.tie, b.sequence);
}

}  // namespace

std::uint64_t tie_of(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = seed ^ (number * 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93;
  z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93;
  return z ^ (z >> 32);
}

void EventQueue::push(Instant at, std::variant<Delivery, Chore> what) {
  ++sequence_;
  heap_.push_back({.at = at,
                   .tie = tie_of(seed_, sequence_),
                   .sequence = sequence_,
                   .what = std::move(what)});
  std::push_heap(heap_.begin(), heap_.end(), comes_later);
}

Happening EventQueue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), comes_later);
  Happening first = std::move(heap_.back());
  heap_.pop_back();
  return first;
}

}  // namespace hs::sim
