#include "cli/lookup.h"

namespace hs {
namespace {

std::string way_to_a_testnet(const std::filesystem::path& root,
                             const std::optional<std::string>& name) {
  const auto known = list_testnets(root);
  if (name) return "`hs testnet ls` lists them, `hs testnet up " + *name + " -d` makes one";
  if (!known.empty()) return "name one: --testnet " + known.front().name();
  return "make one with `hs testnet up -d`, or say whom to ask: --rpc URL, --home DIR";
}

}  // namespace

TestnetLayout testnet_named(const std::optional<std::string>& name) {
  const auto root = or_throw(testnets_root(), "looking for testnets");
  const auto found = find_testnet(root, name);
  if (!found && found.error().code == Errc::not_found) {
    throw CliError("testnet_not_found", ExitCode::not_found, found.error().what, {},
                   way_to_a_testnet(root, name));
  }
  return or_throw(found, {}, "`hs testnet ls` lists the testnets there are");
}

TestnetNode node_named(const TestnetLayout& testnet, const std::string& name) {
  const auto found = find_node(testnet, name);
  if (!found && found.error().code == Errc::not_found) {
    throw unknown_node(testnet, name, found.error().what);
  }
  return or_throw(found);
}

CliError unknown_node(const TestnetLayout& testnet, const std::string& word,
                      const std::string& message) {
  if (find_testnet(testnet.root.parent_path(), word)) {
    return CliError("unknown_node", ExitCode::not_found, message,
                    word + " is a testnet, and here stands which of its nodes are meant",
                    "name it by --testnet " + word);
  }
  return CliError("unknown_node", ExitCode::not_found, message, {},
                  "`hs testnet status " + testnet.name() + "` lists them");
}

}  // namespace hs
