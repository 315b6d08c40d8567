#include "lib/sim/marks.h"

namespace hs::sim {

void Marks::count(const Event& event) {
  if (events_[event.index()]++ == 0) names_[event.index()] = name_of(event);
}

void Marks::count(std::string_view name, std::uint64_t times) {
  const auto known = named_.find(name);
  if (known != named_.end()) {
    known->second += times;
  } else {
    named_.emplace(name, times);
  }
}

void Marks::add(const Marks& other) {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    events_[i] += other.events_[i];
    if (names_[i].empty()) names_[i] = other.names_[i];
  }
  for (const auto& [name, times] : other.named_) named_[name] += times;
}

std::map<std::string, std::uint64_t> Marks::table() const {
  std::map<std::string, std::uint64_t> table(named_.begin(), named_.end());
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (events_[i] > 0) table[std::string(names_[i])] += events_[i];
  }
  return table;
}

}  // namespace hs::sim
