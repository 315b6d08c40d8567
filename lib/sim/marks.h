// Counts of what happened in a run, by name: a check that never had anything to look at proves
// nothing.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "lib/types/events.h"

namespace hs::sim {

class Marks {
 public:
  void count(const Event& event);
  void count(std::string_view name, std::uint64_t times = 1);
  void add(const Marks& other);
  // Name -> count, ascending by name; what never happened is left out.
  [[nodiscard]] std::map<std::string, std::uint64_t> table() const;

 private:
  std::array<std::uint64_t, std::variant_size_v<Event>> events_{};
  std::array<std::string_view, std::variant_size_v<Event>> names_{};
  std::map<std::string, std::uint64_t, std::less<>> named_;
};

}  // namespace hs::sim
