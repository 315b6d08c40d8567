// Everything a command gets: the options that every command has, its own arguments, and a printer.
// Flag beats environment; what a file or a default says comes after both and is the command's
// matter.
#pragma once
#include <optional>
#include <string>

#include "cli/arguments.h"
#include "cli/output.h"
#include "lib/base/time.h"

namespace hs {

// A value with its origin: two settings that exclude each other are a mistake only if both were
// written as flags; otherwise the flag wins over the environment.
struct Setting {
  std::string value;
  bool by_flag = false;
};

struct GlobalOptions {
  std::optional<Setting> home;      // --home, HS_HOME
  std::optional<Setting> testnet;   // --testnet, HS_TESTNET
  std::optional<Setting> rpc;       // --rpc, HS_RPC
  std::optional<std::string> node;  // --node
  std::optional<Duration> timeout;  // --timeout
  bool no_input = false;            // --no-input: never ask, exit 2 naming the flag that answers
  PrinterSettings printer;          // -o, --json, HS_OUTPUT, -q, -v, --color
};

struct Context {
  const GlobalOptions& global;
  const Arguments& arguments;
  Printer& out;
};

// May a command ask the user something? Standard input is a terminal and --no-input is absent.
[[nodiscard]] bool may_prompt(const Context& context);

}  // namespace hs
