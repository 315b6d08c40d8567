// Does `act` end the process through a broken HS_CHECK? Runs it in a child process, so that the
// test goes on.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace hs::test {

template <class Act>
[[nodiscard]] bool dies(Act act) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    // The test framework's own handlers would report a failure, and a core dump takes time.
    std::signal(SIGABRT, [](int) { std::_Exit(42); });
    if (std::freopen("/dev/null", "w", stderr) == nullptr) std::_Exit(1);
    try {
      act();
    } catch (...) {
      std::_Exit(2);  // an exception is not the end of the process
    }
    std::_Exit(0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid failed");
  return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

}  // namespace hs::test
