// A node that has seen a fork: the three lines for its operator. [S57]
#pragma once
#include "lib/blocktree/tree_reader.h"
#include "lib/node/failure.h"
#include "lib/node/home/layout.h"

namespace hs {

// Which blocks, of which views and, where `tree` knows them, heights: one sentence.
[[nodiscard]] std::string fork_sentence(const event::SafetyViolation& fork, const TreeReader& tree);
[[nodiscard]] NodeFailure fork_failure(const HomeLayout& home, const std::string& sentence);

}  // namespace hs
