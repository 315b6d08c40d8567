// What the testnet commands share: which net is meant, and how it is shown. One file per part of
// the group: testnet_up.cpp, testnet_down.cpp, testnet_nodes.cpp, testnet_show.cpp,
// testnet_check.cpp, testnet_members.cpp, testnet_fault.cpp.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/error.h"
#include "testnet/inspect.h"
#include "testnet/launch.h"
#include "testnet/protocol.h"
#include "testnet/start_lock.h"

namespace hs {

// Name of the testnet that is meant: the positional NAME if the command has one and it was given,
// else
// --testnet, else HS_TESTNET; none: the latest. Throws CliError (usage) if NAME and --testnet
// differ.
[[nodiscard]] std::optional<std::string> testnet_name(const Context& context, bool has_positional);

struct KnownTestnet {
  TestnetLayout layout;
  TestnetRecord record;
};
// The testnet that is meant. Throws CliError: testnet_not_found (exit 3), those of its files.
[[nodiscard]] KnownTestnet known_testnet(const Context& context, bool has_positional);

// The nodes that the argument NODES means. Throws CliError: usage, unknown_node (exit 3).
[[nodiscard]] std::vector<std::string> chosen_nodes(const Context& context,
                                                    const KnownTestnet& net);
// More than f validators down or told to misbehave: no progress is to be expected. That is for the
// user to know, not for us to forbid.
void warn_of_standstill(const Context& context, const TestnetView& view, std::size_t f);

// NODE STATE ROLE PID VIEW HEIGHT LAG RPC, and BYZANTINE where a node is told to misbehave
[[nodiscard]] Table node_table(const TestnetView& view);
// One line above it: name, genesis, supervisor.
[[nodiscard]] std::string headline(const TestnetView& view);

// The right to start the testnet `name`. Throws CliError start_in_progress (exit 6).
[[nodiscard]] StartLock lock_start(const std::filesystem::path& testnets, const std::string& name);

// Starts a supervisor daemon for the nodes and waits until they are ready. Throws CliError
// (node_died, supervisor_died, timed_out).
void bring_supervisor(const TestnetLayout& layout, const std::vector<std::string>& nodes,
                      Duration patience);
[[nodiscard]] CliError to_cli_error(const StartFailure& failure);
[[nodiscard]] CliError to_cli_error(const SupervisorFailure& failure);

// Stops a net, whatever state its supervisor is in; false if nothing of it ran.
bool take_down(const TestnetLayout& layout, Duration patience);

void add_testnet_up_commands(Registry& registry);
void add_testnet_down_commands(Registry& registry);
void add_testnet_node_commands(Registry& registry);
void add_testnet_show_commands(Registry& registry);
void add_testnet_check_commands(Registry& registry);
void add_testnet_member_commands(Registry& registry);
void add_testnet_fault_commands(Registry& registry);

}  // namespace hs
