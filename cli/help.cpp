#include "cli/help.h"

#include <algorithm>

#include "cli/table.h"
#include "lib/base/check.h"

namespace hs {
namespace {

constexpr std::size_t width_max = 80;
constexpr std::size_t name_column_max = 28;  // longer names get a line of their own

// Words of `text` in lines of at most `width` columns; a line break of the text stays one.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t start = 0;
  while (start < text.size()) {
    if (text[start] == '\n') {
      lines.emplace_back();
      ++start;
      continue;
    }
    if (text[start] == ' ') {
      ++start;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \n", start), text.size());
    const std::string word = text.substr(start, end - start);
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (text_width(line) + 1 + text_width(word) <= width) {
      line += " " + word;
    } else {
      lines.push_back(word);
    }
    start = end;
  }
  return lines;
}

struct Entry {
  std::string name;
  std::string help;
};

std::string entries_text(const std::vector<Entry>& entries) {
  std::size_t column = 0;
  for (const Entry& entry : entries) {
    if (entry.name.size() <= name_column_max) column = std::max(column, entry.name.size());
  }
  std::string text;
  for (const Entry& entry : entries) {
    const std::string indent(2 + column + 2, ' ');
    std::string line = "  " + entry.name;
    if (line.size() + 2 > indent.size()) {
      text += line + "\n";
      line = indent;
    } else {
      line.resize(indent.size(), ' ');
    }
    for (const std::string& part : wrapped(entry.help, width_max - indent.size())) {
      text += line + part + "\n";
      line = indent;
    }
  }
  return text;
}

// "-n, --limit N"
std::string option_title(const Option& option) {
  if (option.is_positional) return option.names;
  const std::size_t comma = option.names.find(',');
  std::string title = option.names.substr(0, comma);
  if (comma != std::string::npos) title = option.names.substr(comma + 1) + ", " + title;
  return option.value_name.empty() ? title : title + " " + option.value_name;
}

std::string option_help(const Option& option) {
  std::string help = option.help;
  if (option.default_value) help += " (default " + *option.default_value + ")";
  if (option.is_required && !option.is_positional) help += " (required)";
  return help;
}

std::vector<Entry> option_entries(const std::vector<Option>& options, bool positional) {
  std::vector<Entry> entries;
  for (const Option& option : options) {
    if (option.is_hidden || option.is_positional != positional) continue;
    entries.push_back({option_title(option), option_help(option)});
  }
  return entries;
}

std::string usage_of(const Command& command) {
  std::string usage = "hs " + command.path;
  for (const Option& option : command.options) {
    if (option.is_hidden || !option.is_positional) continue;
    const std::string name = option.names + (option.is_repeated ? "..." : "");
    usage += option.is_required ? " " + name : " [" + name + "]";
  }
  if (!option_entries(command.options, false).empty()) usage += " [OPTIONS]";
  return usage;
}

std::string section(const std::string& title, const std::vector<Entry>& entries) {
  return entries.empty() ? std::string() : "\n" + title + ":\n" + entries_text(entries);
}

std::string paragraphs(const std::string& text) {
  if (text.empty()) return {};
  std::string result = "\n";
  for (const std::string& line : wrapped(text, width_max)) result += line + "\n";
  return result;
}

std::string global_names() {
  std::string text = "Options of every command (see `hs --help`):";
  for (const Option& option : global_options()) text += " --" + option.key();
  return text;
}

std::string summary_line(const std::string& name, const std::string& summary) {
  std::string text;
  for (const std::string& line : wrapped(name + " - " + summary, width_max)) text += line + "\n";
  return text;
}

std::string command_help(const Command& command) {
  std::string text = summary_line("hs " + command.path, command.summary);
  text += "\nUsage: " + usage_of(command) + "\n";
  text += paragraphs(command.description);
  text += section("Arguments", option_entries(command.options, true));
  text += section("Options", option_entries(command.options, false));
  text += paragraphs(global_names());
  if (!command.examples.empty()) text += "\nExamples:\n";
  for (const Example& example : command.examples) {
    text += "  " + example.command + "\n";
    for (const std::string& line : wrapped(example.says, width_max - 6)) {
      text += "      " + line + "\n";
    }
  }
  return text;
}

std::vector<Entry> word_entries(const Registry& registry, const std::string& path) {
  std::vector<Entry> entries;
  for (const std::string& word : registry.words_after(path)) {
    const std::string full = path.empty() ? word : path + " " + word;
    const Command* command = registry.find_command(full);
    entries.push_back({word, command ? command->summary : registry.find_group(full)->summary});
  }
  return entries;
}

}  // namespace

std::string help_text(const Registry& registry, const std::string& path) {
  if (const Command* command = registry.find_command(path)) return command_help(*command);
  if (path.empty()) {
    std::string text = summary_line("hs", "Byzantine fault tolerant replication");
    text += "\nUsage: hs COMMAND [VERB] [ARGUMENTS] [OPTIONS]\n";
    text += section("Commands", word_entries(registry, path));
    text += section("Options of every command", option_entries(global_options(), false));
    text += "\nExit codes:\n";
    text += entries_text({{"0", "done"},
                          {"1", "failed: disk, I/O, anything without a code of its own"},
                          {"2", "wrong arguments, bad configuration or input file"},
                          {"3", "not found: height, key, node, testnet, transaction"},
                          {"4", "node not reachable"},
                          {"5", "timed out"},
                          {"6", "exists already, or in use: port, lock, file"},
                          {"7", "secret: wrong passphrase, unsafe permissions"},
                          {"8", "data corrupt, or of another genesis or version"},
                          {"9", "safety violation found"},
                          {"10", "unhealthy: a check failed"},
                          {"130, 143", "interrupted, terminated"}});
    text += "\n`hs COMMAND --help` says more. First steps:\n";
    text += "  hs testnet up -d && hs tx put hello world && hs block tree\n";
    return text;
  }
  const Group* group = registry.find_group(path);
  HS_CHECK(group != nullptr);
  std::string text = summary_line("hs " + path, group->summary);
  text += "\nUsage: hs " + path + " VERB [ARGUMENTS] [OPTIONS]\n";
  text += paragraphs(group->description);
  text += section("Verbs", word_entries(registry, path));
  text += "\n`hs " + path + " VERB --help` shows options and examples.\n";
  return text;
}

}  // namespace hs
