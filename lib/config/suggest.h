// "Did you mean ...?" for mistyped fields, commands and options.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace hs {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// Those of `known` within edit distance 2 of `word`, nearest first, at most three.
[[nodiscard]] std::vector<std::string> suggestions(std::string_view word,
                                                   const std::vector<std::string>& known);

// "; did you mean a, b or c?", or nothing where there is no suggestion.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& known);

}  // namespace hs
