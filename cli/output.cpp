#include "cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/error.h"

namespace hs {
namespace {

bool may_color(ColorPolicy policy, bool terminal) {
  if (policy != ColorPolicy::automatic) return policy == ColorPolicy::always;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::strcmp(term, "dumb") == 0) return false;
  return terminal;
}

const char* escape_code(Paint paint) {
  switch (paint) {
    case Paint::none:
      return "";
    case Paint::bold:
      return "\x1b[1m";
    case Paint::dim:
      return "\x1b[2m";
    case Paint::red:
      return "\x1b[31m";
    case Paint::green:
      return "\x1b[32m";
    case Paint::yellow:
      return "\x1b[33m";
    case Paint::blue:
      return "\x1b[34m";
    case Paint::cyan:
      return "\x1b[36m";
  }
  return "";
}

std::string painted(bool color, Paint paint, std::string_view text) {
  if (!color || paint == Paint::none || text.empty()) return std::string(text);
  return escape_code(paint) + std::string(text) + "\x1b[0m";
}

}  // namespace

std::size_t terminal_width(int fd) {
  winsize size{};
  if (::isatty(fd) == 0 || ::ioctl(fd, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw ClosedPipe{};
    } else if (errno != EINTR) {
      throw CliError("io", ExitCode::failure,
                     std::string("writing the output: ") + std::strerror(errno));
    }
  }
}

Printer::Printer(PrinterSettings settings)
    : settings_(settings),
      data_is_terminal_(::isatty(settings.data_fd) == 1),
      messages_are_terminal_(::isatty(settings.message_fd) == 1),
      color_data_(may_color(settings.color, data_is_terminal_)),
      color_messages_(may_color(settings.color, messages_are_terminal_)) {}

void Printer::data(std::string_view text) { write_all(settings_.data_fd, text); }

void Printer::line(std::string_view text) { data(std::string(text) + "\n"); }

void Printer::json(const nlohmann::ordered_json& object) {
  const int indent = settings_.format == OutputFormat::json ? 2 : -1;
  line(object.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void Printer::table(const Table& table) {
  data(settings_.format == OutputFormat::plain ? table.plain()
                                               : table.aligned(terminal_width(settings_.data_fd)));
}

void Printer::note(std::string_view text) {
  if (!settings_.quiet) write_all(settings_.message_fd, std::string(text) + "\n");
}

void Printer::detail(std::string_view text) {
  if (settings_.verbosity > 0) note(text);
}

void Printer::warn(std::string_view text) {
  write_all(settings_.message_fd,
            paint_message(Paint::yellow, "warning:") + " " + std::string(text) + "\n");
}

std::string Printer::paint(Paint paint, std::string_view text) const {
  return painted(color_data_, paint, text);
}

std::string Printer::paint_message(Paint paint, std::string_view text) const {
  return painted(color_messages_, paint, text);
}

}  // namespace hs
