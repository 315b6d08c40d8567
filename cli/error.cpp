#include "cli/error.h"

#include <array>
#include <cerrno>
#include <system_error>

namespace hs {
namespace {

struct Remedy {
  int number;  // of errno
  const char* fix;
};

constexpr std::array remedies = {
    Remedy{EACCES, "see owner and mode with `ls -ld`, or choose a place that is yours"},
    Remedy{EPERM, "see owner and mode with `ls -ld`, or choose a place that is yours"},
    Remedy{EROFS, "choose a place on a disk that can be written to"},
    Remedy{ENOSPC, "free some space on that disk, then run the command again"},
    Remedy{EDQUOT, "free some of your quota on that disk, then run the command again"},
    Remedy{EFBIG, "allow larger files: ulimit -f"},
    Remedy{EMFILE, "allow more open files: ulimit -n"},
    Remedy{ENFILE, "too many files are open on this machine: end what is not needed"},
    Remedy{ENAMETOOLONG, "choose a shorter path"},
    Remedy{ENOTDIR, "a part of the path is a file: check the path"},
    Remedy{EISDIR, "name a file, not a folder"},
    Remedy{ENOENT, "check the path"},
    Remedy{EEXIST, "choose another path: something else is there"},
};

// The library ends what it says with the words of the system, which is how the cause is known here.
std::string remedy_of(const Error& error) {
  if (error.code == Errc::io || error.code == Errc::not_found) {
    for (const Remedy& remedy : remedies) {
      if (error.what.ends_with(std::generic_category().message(remedy.number))) return remedy.fix;
    }
  }
  return {};
}

}  // namespace

ExitCode exit_code_of(Errc code) {
  switch (code) {
    case Errc::truncated:
    case Errc::trailing:
    case Errc::too_long:
    case Errc::bad_value:
    case Errc::not_canonical:
    case Errc::unknown_field:
    case Errc::duplicate:
    case Errc::missing:
      return ExitCode::usage;
    case Errc::not_found:
      return ExitCode::not_found;
    case Errc::exists:
      return ExitCode::in_use;
    case Errc::denied:
      return ExitCode::secret;
    case Errc::mismatch:
    case Errc::corrupt:
      return ExitCode::corrupt;
    case Errc::unavailable:
      return ExitCode::unreachable;
    case Errc::timed_out:
      return ExitCode::timed_out;
    case Errc::io:
      return ExitCode::failure;
  }
  return ExitCode::failure;
}

std::string code_word(Errc code) {
  switch (code) {
    case Errc::truncated:
      return "truncated";
    case Errc::trailing:
      return "trailing_input";
    case Errc::too_long:
      return "too_long";
    case Errc::bad_value:
      return "bad_value";
    case Errc::not_canonical:
      return "not_canonical";
    case Errc::unknown_field:
      return "unknown_field";
    case Errc::duplicate:
      return "duplicate";
    case Errc::missing:
      return "missing";
    case Errc::not_found:
      return "not_found";
    case Errc::exists:
      return "exists";
    case Errc::denied:
      return "denied";
    case Errc::mismatch:
      return "mismatch";
    case Errc::corrupt:
      return "corrupt";
    case Errc::unavailable:
      return "unreachable";
    case Errc::timed_out:
      return "timed_out";
    case Errc::io:
      return "io";
  }
  return "io";
}

CliError to_cli_error(const Error& error, const std::string& doing, const std::string& fix) {
  const std::string message = doing.empty() ? error.what : doing + ": " + error.what;
  return CliError(code_word(error.code), exit_code_of(error.code), message, {},
                  fix.empty() ? remedy_of(error) : fix);
}

CliError usage_error(std::string message, std::string why, std::string fix) {
  return CliError("usage", ExitCode::usage, std::move(message), std::move(why), std::move(fix));
}

std::string error_for_people(const CliError& error) {
  std::string text = "error[" + error.code + "]: " + error.message + "\n";
  if (!error.why.empty()) text += "why: " + error.why + "\n";
  if (!error.fix.empty()) text += "fix: " + error.fix + "\n";
  return text;
}

std::string error_for_programs(const CliError& error) {
  const nlohmann::ordered_json object = {{"schema", "hs.error/v1"},    {"code", error.code},
                                         {"exit", to_int(error.exit)}, {"message", error.message},
                                         {"why", error.why},           {"hint", error.fix},
                                         {"details", error.details}};
  // Messages may quote bytes of files and users: what is no UTF-8 is replaced, never thrown over.
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace hs
