// Failures of a node as errors of the command line.
#pragma once
#include "cli/error.h"
#include "lib/node/failure.h"

namespace hs {

[[nodiscard]] CliError to_cli_error(const NodeFailure& failure);

}  // namespace hs
