#include "cli/parse.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <ranges>

#include "cli/error.h"
#include "cli/values.h"
#include "lib/config/suggest.h"

namespace hs {
namespace {

constexpr int repeats_max = 1 << 16;

std::string help_hint(const std::string& path) {
  return "see `hs " + (path.empty() ? std::string() : path + " ") + "--help`";
}

// "did you mean a or b?", or nothing: the `why:` of a mistyped word.
std::string meant(const std::string& word, const std::vector<std::string>& known) {
  const std::vector<std::string> near = suggestions(word, known);
  std::string text;
  for (std::size_t i = 0; i < near.size(); ++i) {
    text += i == 0 ? "did you mean " : i + 1 == near.size() ? " or " : ", ";
    text += near[i];
  }
  return text.empty() ? text : text + "?";
}

// Where several words are taken CLI11 takes "[a,b]" apart; a mark in front of such words, removed
// when they are read, keeps them whole.
constexpr char shield = '\x01';
std::string shielded(const std::string& word) {
  return word.starts_with('[') || word.starts_with(shield) ? shield + word : word;
}
std::string unshielded(const std::string& word) {
  return word.starts_with(shield) ? word.substr(1) : word;
}

// CLI11 sees texts only: ranges, units and required options are checked by us, so that every
// message has our form.
CLI::Option* add_to_parser(CLI::App& app, const Option& option) {
  if (option.kind == Option::Kind::flag) return app.add_flag(option.names);
  CLI::Option* added = app.add_option(option.names);
  added->type_size(1);
  if (option.is_positional && option.is_repeated) {
    added->expected(0, repeats_max);
  } else {
    added->expected(1, 1);
  }
  added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  added->allow_extra_args(option.is_positional && option.is_repeated);
  return added;
}

class Parser {
 public:
  explicit Parser(const Registry& registry) : registry_(registry) {
    prepare(root_);
    for (const Option& option : global_options()) {
      globals_.emplace_back(&option, add_to_parser(root_, option));
    }
    version_ = root_.add_flag("--version,-V");
    for (const Group& group : registry.groups()) add_app(group.path);
    for (const Command& command : registry.commands()) {
      CLI::App& app = add_app(command.path);
      for (const Option& option : command.options) {
        own_[command.path].emplace_back(&option, add_to_parser(app, option));
      }
    }
  }

  Invocation parse(const std::vector<std::string>& words, const Environment& environment);

 private:
  using Parsed = std::vector<std::pair<const Option*, CLI::Option*>>;

  static void prepare(CLI::App& app) {
    app.set_help_flag("");
    app.allow_extras();
    app.fallthrough();
    // One word chooses one subcommand; later words are arguments even if they name a command.
    app.require_subcommand(0, 1);
  }
  CLI::App& add_app(const std::string& path) {
    const std::string parent = parent_path(path);
    CLI::App& above = parent.empty() ? root_ : *apps_.at(parent);
    CLI::App* app = above.add_subcommand(last_word(path));
    prepare(*app);
    apps_[path] = app;
    return *app;
  }
  [[nodiscard]] std::string chosen_path() const;
  void refuse_extras(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> option_names(const std::string& path) const;
  [[nodiscard]] static Arguments read(const Parsed& parsed, const std::string& path,
                                      bool check_required);
  [[nodiscard]] static std::vector<std::string> checked(const Option& option,
                                                        std::vector<std::string> values,
                                                        const std::string& path);

  const Registry& registry_;
  CLI::App root_;
  CLI::Option* version_ = nullptr;
  Parsed globals_;
  std::map<std::string, CLI::App*> apps_;
  std::map<std::string, Parsed> own_;
};

std::string Parser::chosen_path() const {
  std::string path;
  const CLI::App* app = &root_;
  while (true) {
    const auto chosen = app->get_subcommands();
    if (chosen.empty()) return path;
    app = chosen.front();
    path += (path.empty() ? "" : " ") + app->get_name();
  }
}

std::vector<std::string> Parser::option_names(const std::string& path) const {
  std::vector<std::string> names;
  const auto collect = [&](const Option& option) {
    if (option.is_hidden || option.is_positional) return;
    names.push_back("--" + option.key());
  };
  if (const Command* command = registry_.find_command(path)) {
    std::ranges::for_each(command->options, collect);
  }
  std::ranges::for_each(global_options(), collect);
  return names;
}

void Parser::refuse_extras(const std::string& path) const {
  const std::vector<std::string> extras = root_.remaining(true);
  // "--" itself is left over when nothing that follows it finds a place.
  const auto extra =
      std::ranges::find_if(extras, [](const std::string& word) { return word != "--"; });
  if (extra == extras.end()) return;
  if (extra->starts_with("-") && *extra != "-") {
    const std::string name = extra->substr(0, extra->find('='));
    throw usage_error("unknown option " + name, meant(name, option_names(path)), help_hint(path))
        .with("option", name);
  }
  if (registry_.find_command(path) == nullptr) {
    throw usage_error("unknown command `hs " + (path.empty() ? "" : path + " ") + *extra + "`",
                      meant(*extra, registry_.words_after(path)), help_hint(path))
        .with("command", *extra);
  }
  throw usage_error("unexpected argument '" + unshielded(*extra) + "'", {}, help_hint(path))
      .with("argument", unshielded(*extra));
}

std::vector<std::string> Parser::checked(const Option& option, std::vector<std::string> values,
                                         const std::string& path) {
  const std::string shown = option.is_positional ? option.names : "--" + option.key();
  for (const std::string& value : values) {
    if (option.kind == Option::Kind::number) {
      const auto number = parse_number(value);
      const std::string range =
          "give a number from " + std::to_string(option.min) + " to " + std::to_string(option.max);
      if (!number) throw usage_error(shown + ": " + number.error().what, {}, range);
      if (*number < option.min || *number > option.max) {
        throw usage_error(shown + ": " + value + " is out of range", {}, range);
      }
    } else if (option.kind == Option::Kind::duration) {
      const auto duration = parse_duration(value);
      if (!duration) throw usage_error(shown + ": " + duration.error().what, {}, help_hint(path));
    } else if (option.kind == Option::Kind::choice &&
               std::ranges::find(option.choices, value) == option.choices.end()) {
      throw usage_error(shown + ": '" + value + "' is none of " + option.value_name,
                        meant(value, option.choices), help_hint(path));
    }
  }
  return values;
}

Arguments Parser::read(const Parsed& parsed, const std::string& path, bool check_required) {
  Arguments arguments;
  for (const auto& [option, found] : parsed) {
    const bool given = found->count() > 0;
    std::vector<std::string> values;
    if (given && option->kind == Option::Kind::flag) {
      for (const std::string& value : found->results()) {
        if (value != "true") throw usage_error("--" + option->key() + " takes no value");
      }
      values.assign(found->count(), "true");
    } else if (given) {
      for (const std::string& word : found->results()) values.push_back(unshielded(word));
      values = checked(*option, std::move(values), path);
    } else if (option->default_value) {
      values = {*option->default_value};
    } else if (check_required && option->is_required) {
      throw usage_error(
          (option->is_positional ? option->names : "--" + option->key()) + " is missing",
          option->help, help_hint(path));
    }
    arguments.declare(option->key(), given, std::move(values));
  }
  return arguments;
}

std::optional<Setting> setting(const Arguments& arguments, const std::string& name,
                               const std::string& environment) {
  if (const auto value = arguments.find(name)) return Setting{*value, true};
  if (!environment.empty()) return Setting{environment, false};
  return std::nullopt;
}

OutputFormat format_named(const std::string& name) {
  if (name == "json") return OutputFormat::json;
  if (name == "jsonl") return OutputFormat::jsonl;
  if (name == "plain") return OutputFormat::plain;
  if (name == "table") return OutputFormat::table;
  throw usage_error("HS_OUTPUT: '" + name + "' is none of table|json|jsonl|plain", {},
                    "unset HS_OUTPUT or set it to one of these");
}

GlobalOptions global_from(const Arguments& arguments, const Environment& environment) {
  GlobalOptions global;
  global.home = setting(arguments, "home", environment.home);
  global.testnet = setting(arguments, "testnet", environment.testnet);
  global.rpc = setting(arguments, "rpc", environment.rpc);
  global.node = arguments.find("node");
  global.timeout = arguments.find_duration("timeout");
  global.no_input = arguments.flag("no-input");
  PrinterSettings& printer = global.printer;
  if (const auto format = arguments.find("output")) {
    printer.format = format_named(*format);
  } else if (arguments.flag("json")) {
    printer.format = OutputFormat::json;
  } else if (!environment.output.empty()) {
    printer.format = format_named(environment.output);
  }
  const std::string color = arguments.find("color").value_or("auto");
  if (color == "always") printer.color = ColorPolicy::always;
  if (color == "never") printer.color = ColorPolicy::never;
  printer.quiet = arguments.flag("quiet");
  printer.verbosity = static_cast<int>(arguments.texts("verbose").size());
  return global;
}

Invocation Parser::parse(const std::vector<std::string>& words, const Environment& environment) {
  std::vector<std::string> reversed;  // as CLI11 wants them
  for (const std::string& word : words) reversed.insert(reversed.begin(), shielded(word));
  try {
    root_.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch&) {
    throw usage_error(words.back() + " wants a value", {}, help_hint(chosen_path()));
  } catch (const CLI::ParseError& error) {
    // Left to CLI11 is only the shape, such as a flag with a value.
    throw usage_error(error.what(), {}, help_hint(chosen_path()));
  }
  Invocation invocation;
  invocation.path = chosen_path();
  const Arguments globals = read(globals_, invocation.path, false);
  if (globals.flag("help")) {
    invocation.want = Invocation::Want::help;
    return invocation;
  }
  refuse_extras(invocation.path);
  invocation.global = global_from(globals, environment);
  if (version_->count() > 0) {
    invocation.want = Invocation::Want::version;
    return invocation;
  }
  invocation.command = registry_.find_command(invocation.path);
  if (invocation.command == nullptr) {
    if (!invocation.path.empty()) {
      const auto words_after = registry_.words_after(invocation.path);
      std::string verbs;
      for (const std::string& verb : words_after) verbs += (verbs.empty() ? "" : ", ") + verb;
      throw usage_error("`hs " + invocation.path + "` wants a verb", "one of " + verbs,
                        help_hint(invocation.path));
    }
    invocation.want = Invocation::Want::help;
    return invocation;
  }
  invocation.arguments = read(own_[invocation.path], invocation.path, true);
  return invocation;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Environment Environment::of_process() {
  return {variable("HS_HOME"), variable("HS_TESTNET"), variable("HS_RPC"), variable("HS_OUTPUT")};
}

Invocation parse_command_line(const Registry& registry, const std::vector<std::string>& words,
                              const Environment& environment) {
  return Parser(registry).parse(words, environment);
}

bool asks_for_json(const std::vector<std::string>& words, const Environment& environment) {
  const auto names_json = [](std::string_view value) {
    return value == "json" || value == "jsonl";
  };
  std::optional<bool> asked;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word == "--json") asked = true;
    for (const std::string_view prefix : {"-o=", "-o", "--output="}) {
      if (word.starts_with(prefix) && word.size() > prefix.size()) {
        asked = names_json(std::string_view(word).substr(prefix.size()));
        break;
      }
    }
    if ((word == "-o" || word == "--output") && i + 1 < words.size()) {
      asked = names_json(words[i + 1]);
    }
  }
  return asked.value_or(names_json(environment.output));
}

}  // namespace hs
