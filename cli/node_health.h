// hs node health. (A file of its own: it asks a node as `hs chain` does, and needs no home.)
#pragma once
#include "cli/command.h"

namespace hs {

void add_node_health_command(Registry& registry);

}  // namespace hs
