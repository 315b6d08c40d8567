#include "lib/sim/violation.h"

#include <cstdint>

namespace hs::sim {

std::string to_string(Instant at) {
  const auto micros =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                     at.time_since_epoch()).count());
  std::string fraction = std::to_string(micros % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return std::to_string(micros / 1'000'000) + "." + fraction + "s";
}

std::string to_string(const Violation& violation) {
  return violation.rule + " at " + to_string(violation.at) + " on n" +
         std::to_string(violation.node) + ": " + violation.what;
}

void Judge::violate(std::string_view rule, NodeIndex node, std::string what) {
  if (first_ || (is_excused_ && rule != "I11")) return;
  if (const auto expected = expected_.find(std::string(rule)); expected != expected_.end()) {
    ++expected->second;
    return;
  }
  first_ = Violation{.rule = std::string(rule), .what = std::move(what), .node = node, .at = now_};
}

}  // namespace hs::sim
