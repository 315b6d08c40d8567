// Where a command's words go: data to standard output in the format that was asked for, everything
// else to standard error.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "cli/table.h"

namespace hs {

enum class OutputFormat { table, json, jsonl, plain };
enum class ColorPolicy { automatic, always, never };

// Thrown by a write to a pipe that nobody reads any more; main ends quietly with 0.
struct ClosedPipe {};

enum class Paint { none, bold, dim, red, green, yellow, blue, cyan };

struct PrinterSettings {
  OutputFormat format = OutputFormat::table;
  ColorPolicy color = ColorPolicy::automatic;
  bool quiet = false;
  int verbosity = 0;   // number of -v
  int data_fd = 1;     // standard output
  int message_fd = 2;  // standard error
};

// Not copied, used from one thread. Writes go out at once: a stream of events is not held back.
class Printer {
 public:
  explicit Printer(PrinterSettings settings);

  [[nodiscard]] OutputFormat format() const { return settings_.format; }
  // JSON or JSON lines was asked for: print an object instead of prose.
  [[nodiscard]] bool wants_json() const {
    return settings_.format == OutputFormat::json || settings_.format == OutputFormat::jsonl;
  }
  [[nodiscard]] bool quiet() const { return settings_.quiet; }
  [[nodiscard]] int verbosity() const { return settings_.verbosity; }
  // Is standard output (standard error) a terminal that a person looks at?
  [[nodiscard]] bool data_is_terminal() const { return data_is_terminal_; }
  [[nodiscard]] bool messages_are_terminal() const { return messages_are_terminal_; }

  // Data, as it is; the caller ends its lines.
  void data(std::string_view text);
  void line(std::string_view text);
  // One object: indented for -o json, on one line otherwise.
  void json(const nlohmann::ordered_json& object);
  // Aligned for -o table (cut to the terminal's width), tab-separated for -o plain.
  void table(const Table& table);

  // Words for people on standard error. note: silent with -q; detail: only with -v. A warning is
  // `warning: ...` and is printed even with -q. Nothing here is ever data.
  void note(std::string_view text);
  void detail(std::string_view text);
  void warn(std::string_view text);

  // The text with the terminal's escape codes, if data (messages) may be coloured: with --color
  // auto on a terminal without NO_COLOR and TERM=dumb.
  [[nodiscard]] std::string paint(Paint paint, std::string_view text) const;
  [[nodiscard]] std::string paint_message(Paint paint, std::string_view text) const;

 private:
  PrinterSettings settings_;
  bool data_is_terminal_;
  bool messages_are_terminal_;
  bool color_data_;
  bool color_messages_;
};

// Columns of the terminal behind `fd`, 0 if it is none.
[[nodiscard]] std::size_t terminal_width(int fd);

// Writes all of it. Throws ClosedPipe on EPIPE and CliError (io, exit 1) on any other failure: data
// that did not arrive are a failed command (disk full).
void write_all(int fd, std::string_view text);

}  // namespace hs
