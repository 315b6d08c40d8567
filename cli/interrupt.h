// Ctrl-C for commands that have results to print before they end.
#pragma once

namespace hs {

// While it lives, SIGINT and SIGTERM end nothing but are remembered. One at a time, on the main
// thread.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  // Any thread.
  [[nodiscard]] static bool is_interrupted();

 private:
  using Handler = void (*)(int);
  Handler on_interrupt_;
  Handler on_termination_;
};

}  // namespace hs
