// What this binary is.
#pragma once
#include "cli/output.h"

namespace hs {

// `hs --version` and `hs version`: one line, or hs.version/v1.
void print_version(Printer& out);

}  // namespace hs
