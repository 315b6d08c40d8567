// How a command says that it failed: thrown anywhere below Command::run, caught once in main, which
// prints three lines for people or one hs.error/v1 object for programs and exits with `exit`.
#pragma once
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/exit_codes.h"
#include "lib/base/result.h"

namespace hs {

struct CliError : std::exception {
  std::string code;     // for programs, snake_case: port_in_use
  ExitCode exit;        // never done
  std::string message;  // what happened, one sentence without a full stop
  std::string why;      // the cause, if the message does not say it; may be empty
  std::string fix;      // what to do next, often a command line; empty where none is known
  nlohmann::ordered_json details = nlohmann::ordered_json::object();

  CliError(std::string error_code, ExitCode exit_code, std::string what_happened,
           std::string cause = {}, std::string remedy = {})
      : code(std::move(error_code)),
        exit(exit_code),
        message(std::move(what_happened)),
        why(std::move(cause)),
        fix(std::move(remedy)) {}

  // Adds one fact for programs: throw CliError(...).with("port", 27001).
  [[nodiscard]] CliError with(const std::string& key, nlohmann::ordered_json value) && {
    details[key] = std::move(value);
    return std::move(*this);
  }
  [[nodiscard]] const char* what() const noexcept override { return message.c_str(); }
};

// The exit code and the code word that belong to an error of the library.
[[nodiscard]] ExitCode exit_code_of(Errc code);
[[nodiscard]] std::string code_word(Errc code);

// An error of the library as one of the command line. `doing` says what was tried ("reading
// genesis.yaml") and comes first in the message; the remedy is the caller's knowledge. Without one,
// an error of the system gets the usual remedy for its kind.
[[nodiscard]] CliError to_cli_error(const Error& error, const std::string& doing = {},
                                    const std::string& fix = {});

// The value, or the error thrown as above: const auto key = or_throw(load_key(path), "reading
// key").
template <class T>
[[nodiscard]] T or_throw(Result<T> result, const std::string& doing = {},
                         const std::string& fix = {}) {
  if (!result) throw to_cli_error(result.error(), doing, fix);
  return std::move(*result);
}
inline void or_throw(const Status& status, const std::string& doing = {},
                     const std::string& fix = {}) {
  if (!status) throw to_cli_error(status.error(), doing, fix);
}

// A mistake in the arguments: code "usage", exit 2.
[[nodiscard]] CliError usage_error(std::string message, std::string why = {}, std::string fix = {});

// `error[code]: message`, `why: ...`, `fix: ...`, each line ended; empty parts are left out.
[[nodiscard]] std::string error_for_people(const CliError& error);
// {"schema":"hs.error/v1","code","exit","message","why","hint","details"} on one line.
[[nodiscard]] std::string error_for_programs(const CliError& error);

}  // namespace hs
