#include "cli/command.h"

#include <algorithm>

#include "lib/base/check.h"

namespace hs {
namespace {

// More words than that stand in the text beside the option, where lines are wrapped.
constexpr std::size_t choices_in_title_max = 50;

}  // namespace

Option Option::flag(std::string names, std::string help) {
  Option option;
  option.names = std::move(names);
  option.help = std::move(help);
  return option;
}

Option Option::text(std::string names, std::string value_name, std::string help) {
  Option option = flag(std::move(names), std::move(help));
  option.kind = Kind::text;
  option.value_name = std::move(value_name);
  return option;
}

Option Option::number(std::string names, std::string value_name, std::string help,
                      std::uint64_t min, std::uint64_t max) {
  Option option = text(std::move(names), std::move(value_name), std::move(help));
  option.kind = Kind::number;
  option.min = min;
  option.max = max;
  return option;
}

Option Option::duration(std::string names, std::string help) {
  Option option = text(std::move(names), "DURATION", std::move(help));
  option.kind = Kind::duration;
  return option;
}

Option Option::choice(std::string names, std::vector<std::string> choices, std::string help) {
  std::string value_name;
  std::string listed;
  for (const std::string& word : choices) {
    value_name += (value_name.empty() ? "" : "|") + word;
    listed += (listed.empty() ? "" : ", ") + word;
  }
  if (value_name.size() > choices_in_title_max) {
    value_name = "NAME";
    help += ": " + listed;
  }
  Option option = text(std::move(names), std::move(value_name), std::move(help));
  option.kind = Kind::choice;
  option.choices = std::move(choices);
  return option;
}

Option Option::positional(std::string name, std::string help) {
  Option option = text(std::move(name), {}, std::move(help));
  option.is_positional = true;
  option.is_required = true;
  return option;
}

Option Option::by_default(std::string value) && {
  default_value = std::move(value);
  is_required = false;
  return std::move(*this);
}

Option Option::required() && {
  is_required = true;
  return std::move(*this);
}

Option Option::optional() && {
  is_required = false;
  return std::move(*this);
}

Option Option::repeated() && {
  is_repeated = true;
  return std::move(*this);
}

Option Option::hidden() && {
  is_hidden = true;
  return std::move(*this);
}

std::string Option::key() const {
  if (is_positional) return names;
  const std::string first = names.substr(0, names.find(','));
  return first.substr(first.find_first_not_of('-'));
}

void Registry::group(std::string path, std::string summary, std::string description) {
  HS_CHECK(find_group(path) == nullptr);
  order_.push_back(path);
  groups_.push_back({std::move(path), std::move(summary), std::move(description)});
}

void Registry::add(Command command) {
  HS_CHECK(find_command(command.path) == nullptr);
  const std::string parent = parent_path(command.path);
  HS_CHECK(parent.empty() || find_group(parent) != nullptr);
  order_.push_back(command.path);
  commands_.push_back(std::move(command));
}

const Command* Registry::find_command(const std::string& path) const {
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [&](const Command& command) { return command.path == path; });
  return found == commands_.end() ? nullptr : &*found;
}

const Group* Registry::find_group(const std::string& path) const {
  const auto found = std::find_if(groups_.begin(), groups_.end(),
                                  [&](const Group& group) { return group.path == path; });
  return found == groups_.end() ? nullptr : &*found;
}

std::vector<std::string> Registry::words_after(const std::string& path) const {
  std::vector<std::string> words;
  for (const std::string& candidate : order_) {
    const Command* command = find_command(candidate);
    const bool hidden = command != nullptr && command->is_hidden;
    if (!hidden && parent_path(candidate) == path) words.push_back(last_word(candidate));
  }
  return words;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      Option::text("--home", "DIR", "the folder of a node (HS_HOME)"),
      Option::text("--testnet", "NAME", "the testnet to talk to, default the latest (HS_TESTNET)"),
      Option::text("--node", "N", "the node of the testnet, default its first running one"),
      Option::text("--rpc", "URL", "the node's RPC address (HS_RPC)"),
      Option::choice("--output,-o", {"table", "json", "jsonl", "plain"},
                     "the form of the output (HS_OUTPUT)"),
      Option::flag("--json", "same as -o json"),
      Option::flag("--quiet,-q", "no words beside the data"),
      Option::flag("--verbose,-v", "more words on standard error").repeated(),
      Option::choice("--color", {"auto", "always", "never"},
                     "colours, default auto; NO_COLOR is honoured"),
      Option::flag("--no-input", "never ask; fail instead"),
      Option::duration("--timeout", "give up after this time, exit 5"),
      Option::flag("--help,-h", "this text"),
  };
  return options;
}

std::string parent_path(const std::string& path) {
  const std::size_t blank = path.rfind(' ');
  return blank == std::string::npos ? std::string() : path.substr(0, blank);
}

std::string last_word(const std::string& path) {
  const std::size_t blank = path.rfind(' ');
  return blank == std::string::npos ? path : path.substr(blank + 1);
}

}  // namespace hs
