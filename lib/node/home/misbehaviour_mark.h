// The mark that a home bears for ever once its node was told to misbehave: its key has signed, or
// may have signed, what an honest one would not. Lies beside the voting record, so that no reset
// takes it away. [ARCHITECTURE 5]
#pragma once
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/node/home/layout.h"

namespace hs {

// Names of the strategies, each once, the oldest first; empty: it was always honest. Errors:
// bad_value (no list of names), too_long, io.
[[nodiscard]] Result<std::vector<std::string>> misbehaviour_marks(const HomeLayout& home);
// Adds those that are new, on disk when it returns, and returns all. Errors: as above.
[[nodiscard]] Result<std::vector<std::string>> add_misbehaviour_marks(
    const HomeLayout& home, const std::vector<std::string>& names);

}  // namespace hs
