#include "testnet/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "lib/base/check.h"
#include "lib/node/home/files.h"
#include "lib/node/home/runtime_file.h"

extern "C" {  // which glibc 2.36 forgot in this header
#include <sys/pidfd.h>
}

namespace hs {
namespace {

constexpr std::size_t status_bytes_max = 16 << 10;

std::unexpected<Error> system_failure(const std::string& doing, int number) {
  return fail(number == ENOENT ? Errc::not_found : Errc::io,
              doing + ": " + std::generic_category().message(number));
}

// posix_spawn's two handles, released on every way out.
class SpawnSettings {
 public:
  SpawnSettings() {
    HS_CHECK(::posix_spawn_file_actions_init(&actions) == 0);
    HS_CHECK(::posix_spawnattr_init(&attributes) == 0);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// Numbers of failed calls, in errno's terms; 0 if all went well.
int prepare(SpawnSettings& settings, const SpawnRequest& request) {
  auto* actions = &settings.actions;
  auto* attributes = &settings.attributes;
  int failed = 0;
  const auto note = [&](int result) { failed = failed != 0 ? failed : result; };
  note(::posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0));
  note(::posix_spawn_file_actions_adddup2(actions, request.output, 1));
  note(::posix_spawn_file_actions_adddup2(actions, request.output, 2));
  for (const auto& [ours, theirs] : request.handed) {
    note(::posix_spawn_file_actions_adddup2(actions, ours, theirs));
  }
  note(::posix_spawn_file_actions_addchdir_np(actions, "/"));

  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  note(::posix_spawnattr_setsigmask(attributes, &none));
  note(::posix_spawnattr_setsigdefault(attributes, &all));
  note(::posix_spawnattr_setpgroup(attributes, 0));
  const int group = request.new_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
  const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group;
  note(::posix_spawnattr_setflags(attributes, static_cast<short>(flags)));
  return failed;
}

}  // namespace

ProcessState process_state(const ProcessId& process) {
  NodeRuntime runtime;
  runtime.pid = process.pid;
  runtime.start_time = process.start_time;
  if (!is_alive(runtime)) return ProcessState::gone;
  const auto status =
      read_file("/proc/" + std::to_string(process.pid) + "/status", status_bytes_max);
  if (!status) return ProcessState::gone;
  return status->find("\nState:\tT") == std::string::npos ? ProcessState::running
                                                          : ProcessState::paused;
}

ProcessId this_process() {
  const auto start_time = process_start_time(::getpid());
  HS_CHECK(start_time.has_value());
  return {::getpid(), *start_time};
}

void signal_process(const ProcessId& process, int signal) {
  // The descriptor is bound to one process before we look whether it is the right one.
  const FileDescriptor pidfd(::pidfd_open(process.pid, 0));
  if (!pidfd || process_state(process) == ProcessState::gone) return;
  ::pidfd_send_signal(pidfd.get(), signal, nullptr, 0);
}

bool wait_for_end(const ProcessId& process, std::chrono::milliseconds patience) {
  const FileDescriptor pidfd(::pidfd_open(process.pid, 0));
  if (!pidfd || process_state(process) == ProcessState::gone) return true;
  pollfd entry{pidfd.get(), POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(patience.count())) == 1;
}

std::string to_text(const ProcessEnd& end) {
  if (!end.by_signal) return "exit " + std::to_string(end.status);
  const char* name = ::sigdescr_np(end.status);
  return "signal " + std::to_string(end.status) +
         (name == nullptr ? std::string() : " (" + std::string(name) + ")");
}

void Child::signal(int number) const {
  // Fails only when the process has ended, which its descriptor tells anyway.
  ::pidfd_send_signal(pidfd_.get(), number, nullptr, 0);
}

std::optional<ProcessEnd> Child::reap() const {
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG) != 0) {
    return std::nullopt;
  }
  if (info.si_pid == 0) return std::nullopt;
  return ProcessEnd{info.si_code != CLD_EXITED, info.si_status};
}

Result<Child> spawn(const SpawnRequest& request) {
  SpawnSettings settings;
  if (const int failed = prepare(settings, request); failed != 0) {
    return system_failure("cannot prepare a process", failed);
  }
  std::vector<char*> arguments;
  for (const std::string& argument : request.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  Child child;
  const int failed = ::posix_spawn(&child.id_.pid, request.executable.c_str(), &settings.actions,
                                   &settings.attributes, arguments.data(), environ);
  if (failed != 0) return system_failure("cannot start " + request.executable.string(), failed);
  // Until it is reaped the pid is ours, also if the child has ended by now.
  child.pidfd_ = FileDescriptor(::pidfd_open(child.id_.pid, 0));
  if (!child.pidfd_) {
    const int number = errno;
    ::kill(child.id_.pid, SIGKILL);
    ::waitpid(child.id_.pid, nullptr, 0);
    return system_failure("cannot watch " + request.executable.string(), number);
  }
  child.id_.start_time = process_start_time(child.id_.pid).value_or(0);
  return child;
}

}  // namespace hs
