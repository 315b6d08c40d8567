// hs testnet: a network of real processes on this machine.
#include "cli/testnet_support.h"

namespace hs {

void add_testnet_commands(Registry& registry) {
  registry.group(
      "testnet", "a network of real nodes on this machine",
      "Each node is a process of its own; a supervisor starts them and leaves none behind, "
      "however it ends. The state of the nodes survives `down` and a later `up`.");
  add_testnet_up_commands(registry);
  add_testnet_down_commands(registry);
  add_testnet_show_commands(registry);
  add_testnet_check_commands(registry);
  add_testnet_node_commands(registry);
  add_testnet_member_commands(registry);
  add_testnet_fault_commands(registry);
}

}  // namespace hs
