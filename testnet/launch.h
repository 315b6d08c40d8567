// Bringing a supervisor up and watching it: how nodes are started, and when a start has succeeded.
#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "testnet/process.h"
#include "testnet/record.h"
#include "testnet/report.h"
#include "testnet/supervised_node.h"

namespace hs {

// `hs node run` of this very binary, for a supervisor that is the calling process.
[[nodiscard]] NodeCommand node_command(const TestnetLayout& layout, const std::string& node);

// Reads what a supervisor reports.
class StartWatch {
 public:
  // Takes the reading end of the pipe.
  explicit StartWatch(FileDescriptor reports) : reports_(std::move(reports)) {}

  // From now on `asked` is called several times a second while waiting: true ends every wait.
  void stop_when(std::function<bool()> asked) { is_stop_asked_ = std::move(asked); }
  [[nodiscard]] bool stopped() const { return stopped_; }
  // The next report; none when the time is over, when told to stop or when nothing will come any
  // more.
  [[nodiscard]] std::optional<Report> next(std::chrono::steady_clock::time_point deadline);
  // The supervisor closed its end: it is gone, or about to be.
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  FileDescriptor reports_;
  std::string received_;
  bool ended_ = false;
  std::function<bool()> is_stop_asked_ = [] { return false; };
  bool stopped_ = false;
};

struct LaunchedSupervisor {
  ProcessId process;
  StartWatch watch;
};
// Starts `hs testnet supervise` as a daemon that brings `nodes` up; its words go to supervisor.log.
// Errors: of spawn(); io.
[[nodiscard]] Result<LaunchedSupervisor> launch_supervisor(const TestnetLayout& layout,
                                                           const std::vector<std::string>& nodes);

struct StartFailure {
  enum class Kind { node_died, supervisor_died, timed_out, stopped };
  Kind kind;
  std::string node;                 // of node_died
  std::string end;                  // "exit 6"
  std::vector<std::string> log;     // last ten lines of the node's log, or of the supervisor's
  std::optional<std::string> fork;  // of node_died: why the node has stopped for good [S57]
};
using StartStatus = std::expected<void, StartFailure>;
using SteadyTime = std::chrono::steady_clock::time_point;

// Until every node that the supervisor starts is ready. `on_report` sees every report.
[[nodiscard]] StartStatus await_ready(StartWatch& watch, const TestnetLayout& layout,
                                      SteadyTime deadline,
                                      const std::function<void(const Report&)>& on_report);

// Until every one of `nodes` has committed `blocks` blocks: in all where `fresh`, else more than it
// had when it was first asked. `on_commit` gets the name of each that has. A node that dies ends
// it.
[[nodiscard]] StartStatus await_commits(StartWatch& watch, const TestnetLayout& layout,
                                        const std::vector<TestnetNode>& nodes, std::uint64_t blocks,
                                        bool fresh, SteadyTime deadline,
                                        const std::function<void(const std::string&)>& on_commit);

// Ends what an earlier supervisor may have left, and waits until it is gone: normally nothing,
// since nodes die with it.
void end_leftovers(const TestnetLayout& layout);

}  // namespace hs
