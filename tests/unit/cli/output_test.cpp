#include "cli/output.h"

#include <csignal>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/error.h"
#include "cli/values.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

// A printer that writes into files.
struct Files {
  test::TempDir folder;
  int data = ::open((folder / "data").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int messages = ::open((folder / "messages").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ~Files() {
    ::close(data);
    ::close(messages);
  }
  Printer printer(PrinterSettings settings = {}) {
    settings.data_fd = data;
    settings.message_fd = messages;
    return Printer(settings);
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream in(folder / name);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }
};

TEST_CASE("data and words go separate ways", "[cli]") {
  Files files;
  Printer out = files.printer();
  out.line("data");
  out.note("a word");
  out.warn("take care");
  CHECK(files.text("data") == "data\n");
  CHECK(files.text("messages") == "a word\nwarning: take care\n");
}

TEST_CASE("quiet leaves out words, but no warnings", "[cli]") {
  Files files;
  Printer out = files.printer({.quiet = true});
  out.note("a word");
  out.warn("take care");
  CHECK(files.text("messages") == "warning: take care\n");
}

TEST_CASE("details are for those who ask for them", "[cli]") {
  Files files;
  files.printer().detail("no");
  files.printer({.verbosity = 1}).detail("yes");
  CHECK(files.text("messages") == "yes\n");
}

TEST_CASE("JSON lines have one object a line, whatever bytes are in it", "[cli]") {
  Files files;
  Printer out = files.printer({.format = OutputFormat::jsonl});
  out.json({{"schema", "hs.x/v1"}, {"text", "two\nlines"}, {"odd", "\xff"}});
  const std::string text = files.text("data");
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text.starts_with("{\"schema\":\"hs.x/v1\""));
}

TEST_CASE("a pipe that nobody reads ends the command without a word", "[cli]") {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  ::close(pipe[0]);
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  CHECK_THROWS_AS(write_all(pipe[1], "x"), ClosedPipe);
  ::signal(SIGPIPE, before);
  ::close(pipe[1]);
}

TEST_CASE("a disk that is full is a failure", "[cli]") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  try {
    write_all(full, "x");
    FAIL("not refused");
  } catch (const CliError& error) {
    CHECK(error.exit == ExitCode::failure);
  }
  ::close(full);
}

TEST_CASE("colours are painted only where they are wanted", "[cli]") {
  Files files;
  CHECK(files.printer().paint(Paint::red, "x") == "x");
  CHECK(files.printer({.color = ColorPolicy::never}).paint(Paint::red, "x") == "x");
  CHECK(files.printer({.color = ColorPolicy::always}).paint(Paint::red, "x") == "\x1b[31mx\x1b[0m");
  CHECK(files.printer({.color = ColorPolicy::always}).paint(Paint::none, "x") == "x");
}

TEST_CASE("columns line up by code points and give way where they may", "[cli]") {
  Table table({{"NAME"}, {"HASH", false, true}, {"N", true}});
  table.add({"●a", std::string(64, 'f'), "7"});
  table.add({"b", "short", "123"});
  CHECK(table.plain() == "●a\t" + std::string(64, 'f') + "\t7\nb\tshort\t123\n");
  std::istringstream lines(table.aligned(40));
  for (std::string line; std::getline(lines, line);) CHECK(text_width(line) == 40);
  CHECK(table.aligned(0).find(std::string(64, 'f')) != std::string::npos);
}

TEST_CASE("what is cut shows its head and its tail", "[cli]") {
  CHECK(cut_middle("0123456789", 10) == "0123456789");
  CHECK(cut_middle("0123456789", 5) == "01…89");
  CHECK(cut_middle("●●●●", 3) == "●…●");
  CHECK(cut_middle("abc", 0).empty());
}

TEST_CASE("an error has three lines for people and one object for programs", "[cli]") {
  const auto error =
      CliError("port_in_use", ExitCode::in_use, "taken", "by pid 1", "stop it").with("port", 27001);
  CHECK(error_for_people(error) == "error[port_in_use]: taken\nwhy: by pid 1\nfix: stop it\n");
  const auto json = nlohmann::ordered_json::parse(error_for_programs(error));
  CHECK(json.begin().key() == "schema");
  CHECK(json.at("schema") == "hs.error/v1");
  CHECK(json.at("exit") == 6);
  CHECK(json.at("hint") == "stop it");
  CHECK(json.at("details").at("port") == 27001);
}

TEST_CASE("every error of the library has its exit code", "[cli]") {
  CHECK(exit_code_of(Errc::bad_value) == ExitCode::usage);
  CHECK(exit_code_of(Errc::not_found) == ExitCode::not_found);
  CHECK(exit_code_of(Errc::unavailable) == ExitCode::unreachable);
  CHECK(exit_code_of(Errc::timed_out) == ExitCode::timed_out);
  CHECK(exit_code_of(Errc::exists) == ExitCode::in_use);
  CHECK(exit_code_of(Errc::denied) == ExitCode::secret);
  CHECK(exit_code_of(Errc::mismatch) == ExitCode::corrupt);
  CHECK(exit_code_of(Errc::corrupt) == ExitCode::corrupt);
  CHECK(exit_code_of(Errc::io) == ExitCode::failure);
}

TEST_CASE("durations are shown in the largest unit that fits", "[cli]") {
  CHECK(duration_text(Duration::zero()) == "0s");
  CHECK(duration_text(milliseconds(1500)) == "1500ms");
  CHECK(duration_text(std::chrono::minutes(90)) == "90m");
  CHECK(duration_text(std::chrono::hours(2)) == "2h");
}

}  // namespace
}  // namespace hs
