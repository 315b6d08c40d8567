#include "cli/change_notice.h"

#include <unistd.h>

#include "cli/error.h"
#include "lib/base/check.h"

namespace hs {
namespace {

struct Heard {
  int signal;
  ExitCode exit;
};
constexpr std::array<Heard, 2> heard = {
    {{SIGINT, ExitCode::interrupted}, {SIGTERM, ExitCode::terminated}}};

// The whole words, made beforehand: a signal handler may neither allocate nor format.
std::array<std::string, heard.size()> words;
bool in_use = false;

void say_and_end(int signal) {
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (heard[i].signal != signal) continue;
    const char* text = words[i].data();
    std::size_t left = words[i].size();
    while (left > 0) {
      const ssize_t written = ::write(STDERR_FILENO, text, left);
      if (written <= 0) break;  // nobody reads; the exit code says it all the same
      text += written;
      left -= static_cast<std::size_t>(written);
    }
    ::_exit(to_int(heard[i].exit));
  }
}

std::string words_for(const std::string& id, ExitCode exit, bool as_json) {
  const CliError error = CliError("interrupted", exit, id + " may still be committed",
                                  "what was interrupted is the wait for it", "hs tx wait " + id)
                             .with("id", id);
  if (as_json) return error_for_programs(error);
  // A terminal shows ^C at the start of the line.
  return (::isatty(STDERR_FILENO) == 1 ? "\n" : "") + error_for_people(error);
}

}  // namespace

ChangeNotice::ChangeNotice(const std::string& id, bool as_json) {
  HS_CHECK(!in_use);
  in_use = true;
  struct sigaction action {};
  action.sa_handler = say_and_end;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    words[i] = words_for(id, heard[i].exit, as_json);
    ::sigaction(heard[i].signal, nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(heard[i].signal, &action, nullptr);
  }
}

ChangeNotice::~ChangeNotice() {
  for (std::size_t i = 0; i < heard.size(); ++i) {
    ::sigaction(heard[i].signal, &before_[i], nullptr);
  }
  in_use = false;
}

}  // namespace hs
