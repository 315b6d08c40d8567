// The command tree as data. Parsing, help, suggestions and checks of values come from it; a command
// only says what it is called, what it takes and what it does.
//
// To add a group of commands, say `block`:
//   1. write cli/block.cpp with `void add_block_commands(Registry& registry)`;
//   2. put the group's name into the list of cli/CMakeLists.txt, in the order of `hs --help`.
// Other .cpp files in cli/ are helpers of the groups.
//
//   void add_block_commands(Registry& registry) {
//     registry.group("block", "blocks and the block tree");
//     registry.add({.path = "block get",
//                   .summary = "one block by height, hash, view or name",
//                   .examples = {{"hs block get head~2", "the grandparent of the newest block"}},
//                   .options = {Option::positional("SEL", "which block").by_default("head"),
//                               Option::number("--limit,-n", "N", "at most N", 1, 1000)},
//                   .run = block_get});
//   }
//   int block_get(Context& context) {
//     context.out.line(context.arguments.text("SEL"));
//     return 0;
//   }
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"

namespace hs {

// One option or positional argument. `names`: "--limit" or "--limit,-n"; for a positional its name
// in capitals. A value option takes exactly one word; written twice, the last one counts, unless it
// is repeated().
struct Option {
  enum class Kind { flag, text, number, duration, choice };

  std::string names;
  Kind kind = Kind::flag;
  std::string value_name;
  std::string help;  // a phrase, lower case first, no full stop
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::vector<std::string> choices;
  std::optional<std::string> default_value;
  bool is_positional = false;
  bool is_required = false;
  bool is_repeated = false;
  bool is_hidden = false;

  static Option flag(std::string names, std::string help);
  static Option text(std::string names, std::string value_name, std::string help);
  static Option number(std::string names, std::string value_name, std::string help,
                       std::uint64_t min, std::uint64_t max);
  static Option duration(std::string names, std::string help);
  static Option choice(std::string names, std::vector<std::string> choices, std::string help);
  // Required unless it has a default or is optional().
  static Option positional(std::string name, std::string help);

  [[nodiscard]] Option by_default(std::string value) &&;
  [[nodiscard]] Option required() &&;  // of an option: exit 2 without it
  [[nodiscard]] Option optional() &&;  // of a positional
  [[nodiscard]] Option repeated() &&;  // may be written several times; a positional takes the rest
  [[nodiscard]] Option hidden() &&;    // not in the help, the pages and the suggestions

  // "limit" of "--limit,-n"; a positional's name.
  [[nodiscard]] std::string key() const;
};

struct Example {
  std::string command;
  std::string says;
};

struct Command {
  std::string path;  // "block get", "peers"
  std::string summary;
  std::string description = {};  // paragraphs, wrapped by the help
  std::vector<Example> examples = {};
  std::vector<Option> options = {};  // positionals in their order
  // Returns the exit code; throws CliError.
  std::function<int(Context&)> run;
  bool is_hidden = false;
};

struct Group {
  std::string path;
  std::string summary;
  std::string description;
};

class Registry {
 public:
  // A group comes before its commands; the order of registration is that of the help.
  void group(std::string path, std::string summary, std::string description = {});
  void add(Command command);

  [[nodiscard]] const std::vector<Command>& commands() const { return commands_; }
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  // None if there is no such command (group).
  [[nodiscard]] const Command* find_command(const std::string& path) const;
  [[nodiscard]] const Group* find_group(const std::string& path) const;
  // The words that may follow `path` ("" for `hs` itself), hidden ones left out, in order.
  [[nodiscard]] std::vector<std::string> words_after(const std::string& path) const;

 private:
  std::vector<std::string> order_;  // paths of groups and commands
  std::vector<Group> groups_;
  std::vector<Command> commands_;
};

// The options of every command, in the order of the help.
[[nodiscard]] const std::vector<Option>& global_options();

// "block" of "block get"; "" of "block".
[[nodiscard]] std::string parent_path(const std::string& path);
// "get" of "block get".
[[nodiscard]] std::string last_word(const std::string& path);

}  // namespace hs
