// From words to a command and its checked arguments. The only user of CLI11.
#pragma once
#include <string>
#include <vector>

#include "cli/command.h"

namespace hs {

struct Invocation {
  enum class Want { run, help, version };
  Want want = Want::run;
  std::string path;                  // of the command or group named; "" for `hs` alone
  const Command* command = nullptr;  // set for run; borrowed from the registry
  Arguments arguments;
  GlobalOptions global;
};

// What the environment says beneath the flags. Empty variables count as unset.
struct Environment {
  std::string home, testnet, rpc, output;
  [[nodiscard]] static Environment of_process();
};

// `words`: the arguments without the program's name. Throws CliError (usage, exit 2) for anything
// that the command does not take, with suggestions for mistyped words.
[[nodiscard]] Invocation parse_command_line(const Registry& registry,
                                            const std::vector<std::string>& words,
                                            const Environment& environment);

// The format in which an error of parse_command_line is to be printed: the words are searched for
// an option that names JSON, since they could not be parsed.
[[nodiscard]] bool asks_for_json(const std::vector<std::string>& words,
                                 const Environment& environment);

}  // namespace hs
