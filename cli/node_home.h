// Which home a command speaks of.
#pragma once
#include "cli/context.h"
#include "lib/node/home/layout.h"

namespace hs {

// --home, HS_HOME, or ${XDG_DATA_HOME:-~/.local/share}/hs/node; absolute. Throws CliError (usage)
// where none of them says anything.
[[nodiscard]] HomeLayout home_of(const Context& context);

// The same, or that of --node in the testnet that is meant, if it was made by hs. Throws CliError:
// home_not_found (exit 3), usage (both --home and --node, or --testnet alone), and those of
// cli/lookup.h.
[[nodiscard]] HomeLayout existing_home_of(const Context& context);

}  // namespace hs
