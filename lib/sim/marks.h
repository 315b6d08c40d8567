// Counts of what happened in a run, by name: a check that never had anything to look at proves
// nothing.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "lib/types/events.h"

namespace hs::sim {

class Marks {
 public:
  void count(const Event& event);
  void count(const std::string& name, std::uint64_t times = 1) { named_[name] += times; }
  void add(const Marks& other);
  // Name -> count, ascending by name; what never happened is left out.
  [[nodiscard]] std::map<std::string, std::uint64_t> table() const;

 private:
  std::array<std::uint64_t, std::variant_size_v<Event>> events_{};
  std::array<std::string_view, std::variant_size_v<Event>> names_{};
  std::map<std::string, std::uint64_t> named_;
};

}  // namespace hs::sim
