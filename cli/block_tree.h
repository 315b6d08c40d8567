// The block tree as lines of text or as a Graphviz graph, from an hs.tree/v1 answer.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/output.h"

namespace hs {

using Painter = std::function<std::string(Paint paint, std::string_view text)>;

// One line a block, parents above their children; the branch that goes on stays in its column and
// the others hang beside it. Below 80 columns for up to 32 validators.
[[nodiscard]] std::vector<std::string> tree_lines(const nlohmann::ordered_json& tree,
                                                  const Painter& paint);
// "● committed  ◉ two confirmations ..."
[[nodiscard]] std::string tree_legend();
[[nodiscard]] std::string tree_dot(const nlohmann::ordered_json& tree);

}  // namespace hs
