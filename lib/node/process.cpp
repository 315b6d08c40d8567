#include "lib/node/process.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace hs {
namespace {

// Connections, LevelDB files and logs of the largest network together stay below.
constexpr rlim_t descriptors_wanted = 8192;

sigset_t stop_signal_set() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : stop_signals) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

void hold_stop_signals() {
  const sigset_t set = stop_signal_set();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void release_stop_signals() {
  const sigset_t set = stop_signal_set();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Status die_with_parent(pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    return fail(Errc::io, "prctl: " + std::generic_category().message(errno));
  }
  // The parent may have died before the line above; then the signal was sent already, or never
  // will.
  if (::getppid() != parent) {
    return fail(Errc::not_found, "process " + std::to_string(parent) + " is not our parent");
  }
  return {};
}

void harden_process(bool hide_memory) {
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &no_core);  // lowering a limit is always allowed
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    const rlim_t wanted = std::min(descriptors_wanted, descriptors.rlim_max);
    if (descriptors.rlim_cur < wanted) {
      descriptors.rlim_cur = wanted;
      ::setrlimit(RLIMIT_NOFILE, &descriptors);  // refused: we live with what we have
    }
  }
  if (hide_memory) ::prctl(PR_SET_DUMPABLE, 0);
}

void save_memory() {
  constexpr int arenas = 2;                  // the loop's, and one for all other threads
  constexpr int trim_threshold = 256 << 10;  // give back what a burst of large blocks took
  ::mallopt(M_ARENA_MAX, arenas);
  ::mallopt(M_TRIM_THRESHOLD, trim_threshold);
  ::mallopt(M_MMAP_THRESHOLD, trim_threshold);
}

}  // namespace hs
