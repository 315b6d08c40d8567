// `hs`: reads the command line, runs one command, and turns every failure into three lines or one
// JSON object and an exit code.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/error.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "cli/version.h"
#include "groups.h"
#include "lib/base/mutate.h"
#include "lib/store/store.h"

namespace hs {
namespace {

int print_error(const CliError& error, bool as_json) {
  write_all(2, as_json ? error_for_programs(error) : error_for_people(error));
  return to_int(error.exit);
}

CliError store_error(const StoreFailure& failure) {
  switch (failure.kind()) {
    case StoreFailure::Kind::corrupt:
      return CliError("store_corrupt", ExitCode::corrupt, failure.what(),
                      "the stored data are not what was written",
                      "`hs node reset --data` drops the chain data, keeps the voting record and "
                      "fetches the chain anew from the peers");
    case StoreFailure::Kind::locked:
      return CliError("store_locked", ExitCode::in_use, failure.what(),
                      "another process holds this store", "stop it first, or ask it over --rpc");
    case StoreFailure::Kind::missing:
      return CliError("store_missing", ExitCode::failure, failure.what(),
                      "a store is made by `hs node init` only: an empty one in its place would "
                      "have forgotten its votes",
                      "check --home, or restore the folder");
    case StoreFailure::Kind::io:
      break;
  }
  return CliError("store_io", ExitCode::failure, failure.what(), "the disk refused an operation",
                  "check space and permissions, then start again");
}

// `hs help block get`
void add_help_command(Registry& registry) {
  registry.add({.path = "help",
                .summary = "what a command does; same as `hs COMMAND --help`",
                .examples = {{"hs help testnet up", "the options of `hs testnet up`"}},
                .options = {Option::positional("TOPIC", "a command").optional().repeated()},
                .run = [&registry](Context& context) {
                  std::string path;
                  for (const std::string& word : context.arguments.texts("TOPIC")) {
                    path += (path.empty() ? "" : " ") + word;
                  }
                  // Parsed again, so that a mistyped topic is answered like a mistyped command.
                  std::vector<std::string> words = context.arguments.texts("TOPIC");
                  const bool known = path.empty() || registry.find_group(path) != nullptr ||
                                     registry.find_command(path) != nullptr;
                  if (!known) (void)parse_command_line(registry, words, {});
                  context.out.data(help_text(registry, path));
                  return to_int(ExitCode::done);
                }});
}

int run(const Registry& registry, const std::vector<std::string>& words,
        const Environment& environment) {
  const Invocation invocation = parse_command_line(registry, words, environment);
  Printer printer(invocation.global.printer);
  switch (invocation.want) {
    case Invocation::Want::help:
      printer.data(help_text(registry, invocation.path));
      return 0;
    case Invocation::Want::version:
      print_version(printer);
      return 0;
    case Invocation::Want::run:
      break;
  }
  Context context{invocation.global, invocation.arguments, printer};
  return invocation.command->run(context);
}

// What was meant to run: the longest beginning of the line that is a command or a group.
std::string meant_topic(const Registry& registry, const std::vector<std::string>& words) {
  std::string path;
  std::string topic;
  for (const std::string& word : words) {
    if (word.starts_with("-")) break;
    path += (path.empty() ? "" : " ") + word;
    if (!registry.find_group(path) && !registry.find_command(path)) break;
    topic = path;
  }
  return topic;
}

// Whoever wrote something wrong is told where it stands what is right; of anything else help knows
// nothing.
CliError with_a_fix(CliError error, const Registry& registry,
                    const std::vector<std::string>& words) {
  if (!error.fix.empty() || error.exit != ExitCode::usage) return error;
  const std::string topic = meant_topic(registry, words);
  error.fix = "`hs " + topic + (topic.empty() ? "" : " ") + "--help` shows what it takes";
  return error;
}

int run_and_report(const std::vector<std::string>& words) {
  const Environment environment = Environment::of_process();
  const bool as_json = asks_for_json(words, environment);
  Registry registry;
  add_all_commands(registry);
  add_help_command(registry);
  try {
    return run(registry, words, environment);
  } catch (const CliError& error) {
    return print_error(with_a_fix(error, registry, words), as_json);
  } catch (const StoreFailure& failure) {
    return print_error(store_error(failure), as_json);
  } catch (const std::filesystem::filesystem_error& error) {
    return print_error(CliError("io", ExitCode::failure, error.what(),
                                "the system refused an operation on a file",
                                "check that the path exists and is yours"),
                       as_json);
  }
}

#ifdef HS_MUTANTS
// A build with planted bugs: the environment says which one is in. scripts/mutants and hs-sim(1)
// use it.
void plant_bug() {
  const char* const name = std::getenv("HS_MUTATION");
  if (name != nullptr) choose_mutation(name);
}
#else
void plant_bug() {}
#endif

}  // namespace
}  // namespace hs

int main(int argc, char** argv) {
  // A reader that goes away (`hs ... | head`) is an ordinary end, seen as EPIPE where we write.
  std::signal(SIGPIPE, SIG_IGN);
  // A limit on the size of files (`ulimit -f`) is an error of the write that meets it, with a name
  // and a way out, and not a death without a word.
  std::signal(SIGXFSZ, SIG_IGN);
  hs::plant_bug();
  try {
    return hs::run_and_report(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const hs::ClosedPipe&) {
    return hs::to_int(hs::ExitCode::done);
  }
}
