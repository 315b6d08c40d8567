// The text of `hs ... --help`, made from the command tree: 80 columns, examples at the end.
#pragma once
#include <string>

#include "cli/command.h"

namespace hs {

// `path` names a command, a group or, empty, `hs` itself.
[[nodiscard]] std::string help_text(const Registry& registry, const std::string& path);

}  // namespace hs
