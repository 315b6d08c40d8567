// One node of a supervisor: its process, what it is doing, and what was asked of it.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "testnet/process.h"
#include "testnet/state.h"

namespace hs {

using SteadyTime = std::chrono::steady_clock::time_point;

// How nodes are started. The child's descriptor 3 is to get a line when the node is ready.
struct NodeCommand {
  std::filesystem::path executable;
  std::vector<std::string> arguments;  // with argv[0]
  std::filesystem::path log;           // its standard output and error are appended here
};
constexpr int node_ready_fd = 3;

class SupervisedNode {
 public:
  enum class Phase { none, starting, running, paused, stopping };

  // `last` is what an earlier supervisor knew of it.
  SupervisedNode(NodeCommand command, NodeEntry last)
      : command_(std::move(command)), entry_(std::move(last)) {}

  [[nodiscard]] const std::string& name() const { return entry_.name; }
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] bool has_process() const { return child_.has_value(); }
  [[nodiscard]] const NodeEntry& entry() const { return entry_; }
  [[nodiscard]] const std::filesystem::path& log() const { return command_.log; }

  // How it is started from now on.
  void set_command(NodeCommand command) { command_ = std::move(command); }
  // Requires has_process() to be false. Errors: as of spawn().
  [[nodiscard]] Status start();
  // SIGTERM now and SIGKILL when the grace is over; a paused node is woken to see it.
  void stop(SteadyTime now, std::chrono::nanoseconds grace);
  // As stop(), and started again once it is gone.
  void restart(SteadyTime now, std::chrono::nanoseconds grace);
  void kill();
  void pause();   // requires a running node
  void resume();  // requires a paused node

  // Descriptors to poll for reading; -1 where there is none.
  [[nodiscard]] int process_descriptor() const { return child_ ? child_->descriptor() : -1; }
  [[nodiscard]] int ready_descriptor() const { return ready_.get(); }
  // Call when readable. True when the node has just become ready.
  [[nodiscard]] bool on_ready_descriptor();
  // Call when readable. How it ended, once.
  struct End {
    ProcessEnd how;
    bool asked_for = false;  // by kill, stop or restart
    bool while_starting = false;
    bool start_again = false;  // asked to restart
  };
  [[nodiscard]] std::optional<End> on_process_descriptor();
  // When tick() has to be called at the latest.
  [[nodiscard]] std::optional<SteadyTime> deadline() const;
  void tick(SteadyTime now);

 private:
  NodeCommand command_;
  NodeEntry entry_;
  Phase phase_ = Phase::none;
  std::optional<Child> child_;
  FileDescriptor ready_;
  bool killed_ = false;  // by us, on purpose
  bool start_again_ = false;
  std::optional<SteadyTime> kill_at_;
};

}  // namespace hs
