#include "cli/testnet_logs.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "lib/rpc/encoding.h"
#include "testnet/log_tail.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds follow_interval{100};
// "2026-01-31T12:00:00.123Z": lines sort by it.
constexpr std::size_t time_length = 24;

struct LogLine {
  std::string node;
  std::string text;
};

std::string time_of(const std::string& text) {
  const bool has_time =
      text.size() >= time_length && text[10] == 'T' && text[time_length - 1] == 'Z';
  return has_time ? text.substr(0, time_length) : std::string();
}

class LogPrinter {
 public:
  LogPrinter(Context& context, const LogRequest& request) : context_(context), request_(request) {
    if (request.since) {
      const auto at = std::chrono::system_clock::now() -
                      std::chrono::duration_cast<std::chrono::milliseconds>(*request.since);
      since_ = rfc3339(at);
    }
  }

  // Lines without a time of their own (a crash message) belong to the one before.
  void print(const LogLine& line) {
    const std::string time = time_of(line.text);
    if (!since_.empty() && !time.empty() && time < since_) return;
    if (request_.grep && line.text.find(*request_.grep) == std::string::npos) return;
    if (context_.out.wants_json()) {
      const Json json = {{"schema", "hs.log/v1"}, {"node", line.node}, {"line", line.text}};
      context_.out.line(to_line(json));
    } else {
      context_.out.line(line.node + " | " + line.text);
    }
  }

 private:
  Context& context_;
  const LogRequest& request_;
  std::string since_;
};

// The lines that a log grew by since the last look. A log that was rotated starts anew.
class LogFollower {
 public:
  LogFollower(std::string node, std::filesystem::path file)
      : node_(std::move(node)), file_(std::move(file)) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(file_, missing);
    if (!missing) position_ = static_cast<std::streamoff>(size);
  }

  void collect(std::vector<LogLine>& lines) {
    std::ifstream in(file_, std::ios::binary | std::ios::ate);
    if (!in) return;
    if (in.tellg() < position_) position_ = 0;
    in.seekg(position_);
    std::string line;
    while (std::getline(in, line) && !in.eof()) {  // the last line may not be whole yet
      position_ += static_cast<std::streamoff>(line.size()) + 1;
      lines.push_back({node_, line});
    }
  }

 private:
  std::string node_;
  std::filesystem::path file_;
  std::streamoff position_ = 0;
};

void sort_by_time(std::vector<LogLine>& lines) {
  // A line without a time stays behind the one it followed.
  std::vector<std::pair<std::string, LogLine>> keyed;
  std::string time;
  for (LogLine& line : lines) {
    if (const std::string own = time_of(line.text); !own.empty()) time = own;
    keyed.emplace_back(time, std::move(line));
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  lines.clear();
  for (auto& [key, line] : keyed) lines.push_back(std::move(line));
}

// Waits for one interval. False once nobody reads standard output any more, so that
// `logs -f | head` ends although no further line comes.
bool wait_while_read(milliseconds interval) {
  pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  const int ready = poll(&output, 1, static_cast<int>(interval.count()));
  return ready <= 0 || (output.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

}  // namespace

void print_logs(Context& context, const LogRequest& request) {
  const Clock::time_point ends =
      request.timeout ? Clock::now() + *request.timeout : Clock::time_point::max();
  LogPrinter printer(context, request);
  std::vector<LogFollower> followers;
  std::vector<LogLine> lines;
  for (const std::string& node : request.nodes) {
    const auto file = request.layout.home(node).log_file();
    followers.emplace_back(node, file);
    for (std::string& text : last_lines(file, request.lines)) {
      lines.push_back({node, std::move(text)});
    }
  }
  sort_by_time(lines);
  for (const LogLine& line : lines) printer.print(line);
  const auto interval = [&] {
    const auto left = std::chrono::ceil<milliseconds>(ends - Clock::now());
    return std::clamp(left, milliseconds(0), follow_interval);
  };
  while (request.follow && wait_while_read(interval())) {
    if (Clock::now() >= ends) {
      throw CliError("timed_out", ExitCode::timed_out, "the time given by --timeout is over", {},
                     "give a longer one, or none to go on until Ctrl-C");
    }
    lines.clear();
    for (LogFollower& follower : followers) follower.collect(lines);
    sort_by_time(lines);
    for (const LogLine& line : lines) printer.print(line);
  }
}

}  // namespace hs
