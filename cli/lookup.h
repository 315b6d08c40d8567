// Testnets and nodes by their names: one error for each of them, whichever command looks.
#pragma once
#include <optional>
#include <string>

#include "cli/context.h"
#include "cli/error.h"
#include "testnet/record.h"

namespace hs {

// The testnet of that name, without one the latest. Throws CliError testnet_not_found (exit 3)
// which says what there is, bad_value for a name that no testnet can have.
[[nodiscard]] TestnetLayout testnet_named(const std::optional<std::string>& name);

// Throws CliError unknown_node (exit 3).
[[nodiscard]] TestnetNode node_named(const TestnetLayout& testnet, const std::string& name);
// The same error for a lookup that has failed already. A word that is the name of a testnet was
// meant for --testnet, which the error then says.
[[nodiscard]] CliError unknown_node(const TestnetLayout& testnet, const std::string& word,
                                    const std::string& message);

}  // namespace hs
