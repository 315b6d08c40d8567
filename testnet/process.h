// Starting processes and knowing them again: by pid and start time, never by name, so that no
// signal of ours can hit a stranger that got a pid anew.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "testnet/descriptor.h"

namespace hs {

struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  // clock ticks since boot (lib/node/home/runtime_file.h)
  friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

enum class ProcessState { gone, running, paused };
// A zombie is gone; paused is stopped by a signal.
[[nodiscard]] ProcessState process_state(const ProcessId& process);

// The process that calls. Requires /proc.
[[nodiscard]] ProcessId this_process();

// Sends `signal` unless the process is gone. The check and the signal are one: a pid that was given
// to somebody else in between is not hit.
void signal_process(const ProcessId& process, int signal);

// Waits until it is gone, also if it is no child of ours. False when the time is over.
bool wait_for_end(const ProcessId& process, std::chrono::milliseconds patience);

// How a process ended: by exit(status) or by a signal.
struct ProcessEnd {
  bool by_signal = false;
  int status = 0;  // exit status, or number of the signal
};
// "exit 6", "signal 9 (Killed)"
[[nodiscard]] std::string to_text(const ProcessEnd& end);

// A child of ours. Destroying it neither ends nor waits for the process.
class Child {
 public:
  [[nodiscard]] const ProcessId& id() const { return id_; }
  // Becomes readable when the process has ended.
  [[nodiscard]] int descriptor() const { return pidfd_.get(); }
  void signal(int number) const;
  // Takes the end away from the kernel; none while it runs. After it, the object is of no more use.
  [[nodiscard]] std::optional<ProcessEnd> reap() const;

 private:
  friend Result<Child> spawn(const struct SpawnRequest& request);
  ProcessId id_;
  FileDescriptor pidfd_;
};

struct SpawnRequest {
  std::filesystem::path executable;
  std::vector<std::string> arguments;  // with argv[0]
  int output = -1;                     // becomes its standard output and error
  struct Handed {
    int ours;
    int theirs;  // 3 or more
  };
  std::vector<Handed> handed;
  bool new_session =
      false;  // a daemon: away from the terminal; otherwise a process group of its own
};
// The child starts in "/" with standard input from /dev/null, all signals at their defaults and
// none blocked. Call from the main thread if the child asks for a parent-death signal: it is bound
// to the thread that made it. Errors: not_found, io.
[[nodiscard]] Result<Child> spawn(const SpawnRequest& request);

}  // namespace hs
