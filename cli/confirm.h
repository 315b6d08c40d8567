// A question before something is destroyed.
#pragma once
#include <string>

#include "cli/context.h"

namespace hs {

// Asks on the terminal; only "y" and "yes" agree. Where nobody can answer: CliError (usage, exit 2)
// that names --yes.
[[nodiscard]] bool confirmed(const Context& context, const std::string& question);

}  // namespace hs
