#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace hs {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // what a signal handler may touch

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = false;
  const auto remember = [](int) { interrupted = true; };
  on_interrupt_ = std::signal(SIGINT, remember);
  on_termination_ = std::signal(SIGTERM, remember);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, on_interrupt_);
  std::signal(SIGTERM, on_termination_);
}

bool InterruptGuard::is_interrupted() { return interrupted; }

}  // namespace hs
