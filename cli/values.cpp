#include "cli/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace hs {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array<Unit, 6> units = {{{"h", std::chrono::hours(1)},
                                        {"m", std::chrono::minutes(1)},
                                        {"s", std::chrono::seconds(1)},
                                        {"ms", std::chrono::milliseconds(1)},
                                        {"us", std::chrono::microseconds(1)},
                                        {"ns", std::chrono::nanoseconds(1)}}};
constexpr Duration duration_max = std::chrono::hours(1000);
constexpr std::size_t suggestion_distance_max = 2;
constexpr std::size_t suggestions_max = 3;

// Damerau-Levenshtein without repeated edits of one place: a swap of neighbours is one edit.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 10);
  if (error == std::errc::result_out_of_range) {
    return fail(Errc::bad_value, "'" + std::string(text) + "' is too large");
  }
  if (error != std::errc() || stop != end) {
    return fail(Errc::bad_value, "'" + std::string(text) + "' is not a whole number");
  }
  return value;
}

Result<Duration> parse_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits));
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& candidate) {
    return candidate.name == text.substr(digits);
  });
  if (!number || unit == units.end()) {
    return fail(Errc::bad_value,
                "'" + std::string(text) + "' is not a duration such as 500ms, 30s or 5m");
  }
  if (*number > static_cast<std::uint64_t>(duration_max / unit->length)) {
    return fail(Errc::bad_value, "'" + std::string(text) + "' is longer than 1000h");
  }
  return unit->length * static_cast<std::int64_t>(*number);
}

std::string to_text(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const Unit& unit : units) {
    if (duration % unit.length == Duration::zero()) {
      return std::to_string(duration / unit.length) + std::string(unit.name);
    }
  }
  return std::to_string(duration.count()) + "ns";
}

std::vector<std::string> suggestions(std::string_view word,
                                     const std::vector<std::string>& candidates) {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    // Longer words than any of ours are no typing mistakes; the table stays small.
    if (word.size() > candidate.size() + suggestion_distance_max) continue;
    const std::size_t distance = edit_distance(word, candidate);
    // A word that would have to be replaced as a whole is not what was meant.
    if (distance <= suggestion_distance_max && distance < candidate.size()) {
      near.emplace_back(distance, candidate);
    }
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> result;
  for (const auto& [distance, candidate] : near) {
    if (result.size() < suggestions_max) result.push_back(candidate);
  }
  return result;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> near = suggestions(word, candidates);
  if (near.empty()) return {};
  std::string text = "did you mean " + near.front();
  for (std::size_t i = 1; i < near.size(); ++i) {
    text += (i + 1 == near.size() ? " or " : ", ") + near[i];
  }
  return text + "?";
}

}  // namespace hs
