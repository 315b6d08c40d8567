#include "cli/node_home.h"

#include <cstdlib>

#include "cli/error.h"
#include "cli/lookup.h"

namespace hs {
namespace {

std::filesystem::path default_home() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
    return std::filesystem::path(data) / "hs" / "node";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::filesystem::path(home) / ".local" / "share" / "hs" / "node";
  }
  throw usage_error("no home is known", "neither --home nor HS_HOME, XDG_DATA_HOME or HOME is set",
                    "name one: --home DIR");
}

HomeLayout home_in_testnet(const GlobalOptions& global) {
  std::optional<std::string> name;
  if (global.testnet) name = global.testnet->value;
  return {node_named(testnet_named(name), *global.node).home};
}

}  // namespace

HomeLayout home_of(const Context& context) {
  const auto& setting = context.global.home;
  const std::filesystem::path path =
      setting ? std::filesystem::path(setting->value) : default_home();
  if (path.empty()) throw usage_error("--home is empty");
  auto absolute = std::filesystem::absolute(path).lexically_normal();
  if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
  return {absolute};
}

HomeLayout existing_home_of(const Context& context) {
  const GlobalOptions& global = context.global;
  if (global.node && global.home && global.home->by_flag) {
    throw usage_error("--home and --node exclude each other", "each of them names a home");
  }
  if (!global.node && global.testnet && global.testnet->by_flag) {
    throw usage_error("--testnet " + global.testnet->value + ": which of its nodes?",
                      "this command is about the home of one node", "name one: --node n0");
  }
  const HomeLayout home = global.node ? home_in_testnet(global) : home_of(context);
  if (!home.is_home()) {
    throw CliError(
        "home_not_found", ExitCode::not_found, home.root.string() + " is no home of a node",
        "node.yaml, genesis.yaml or the voting record is missing",
        "make one: hs node init --home " + home.root.string() + " --genesis FILE --key FILE");
  }
  return home;
}

}  // namespace hs
