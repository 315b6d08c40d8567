#include "lib/config/suggest.h"

#include <algorithm>
#include <utility>

namespace hs {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Rows of the usual table: the last two and the one being filled.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> suggestions(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t distance_max = 2;
  constexpr std::size_t suggestions_max = 3;
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : known) {
    // Lengths that differ by more cannot be near, and a hostile word may be long.
    if (candidate.size() > word.size() + distance_max) continue;
    if (word.size() > candidate.size() + distance_max) continue;
    const std::size_t distance = edit_distance(word, candidate);
    // A word of two letters is near everything; that would be no help.
    if (distance <= distance_max && distance < candidate.size())
      near.emplace_back(distance, candidate);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (const auto& [distance, candidate] : near) {
    if (nearest.size() == suggestions_max) break;
    nearest.push_back(candidate);
  }
  return nearest;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string> nearest = suggestions(word, known);
  if (nearest.empty()) return {};
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (i > 0) text += i + 1 == nearest.size() ? " or " : ", ";
    text += nearest[i];
  }
  return text + "?";
}

}  // namespace hs
