// What a home says of itself when its node has seen a fork and stopped for good: for those who look
// at a home without opening its database, which holds the proof and decides. [S57]
#pragma once
#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/node/home/layout.h"

namespace hs {

// One sentence for people; none if the node may run. Errors: too_long, io.
[[nodiscard]] Result<std::optional<std::string>> fork_mark(const HomeLayout& home);
// On disk when it returns. Error: io.
[[nodiscard]] Status set_fork_mark(const HomeLayout& home, const std::string& sentence);
// No mark is no error. Error: io.
[[nodiscard]] Status clear_fork_mark(const HomeLayout& home);

}  // namespace hs
