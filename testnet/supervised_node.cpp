#include "testnet/supervised_node.h"

#include <fcntl.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "lib/base/check.h"

namespace hs {

Status SupervisedNode::start() {
  HS_CHECK(!child_.has_value());
  const FileDescriptor log(
      ::open(command_.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  std::array<int, 2> pipe{};
  if (!log || ::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return fail(Errc::io, "cannot start " + name() + ": " + std::generic_category().message(errno));
  }
  FileDescriptor read_end(pipe[0]);
  const FileDescriptor write_end(pipe[1]);
  auto child = spawn({.executable = command_.executable,
                      .arguments = command_.arguments,
                      .output = log.get(),
                      .handed = {{write_end.get(), node_ready_fd}}});
  if (!child) return std::unexpected(child.error());
  entry_.process = child->id();
  entry_.state = NodeState::running;
  child_ = std::move(*child);
  ready_ = std::move(read_end);
  phase_ = Phase::starting;
  killed_ = false;
  start_again_ = false;
  kill_at_.reset();
  return {};
}

void SupervisedNode::stop(SteadyTime now, std::chrono::nanoseconds grace) {
  start_again_ = false;
  if (!child_ || phase_ == Phase::stopping) return;
  phase_ = Phase::stopping;
  kill_at_ = now + grace;
  child_->signal(SIGTERM);
  child_->signal(SIGCONT);
}

void SupervisedNode::restart(SteadyTime now, std::chrono::nanoseconds grace) {
  stop(now, grace);
  start_again_ = true;
}

void SupervisedNode::kill() {
  if (!child_) return;
  killed_ = true;
  start_again_ = false;
  child_->signal(SIGKILL);
}

void SupervisedNode::pause() {
  HS_CHECK(phase_ == Phase::running);
  child_->signal(SIGSTOP);
  phase_ = Phase::paused;
  entry_.state = NodeState::paused;
}

void SupervisedNode::resume() {
  HS_CHECK(phase_ == Phase::paused);
  child_->signal(SIGCONT);
  phase_ = Phase::running;
  entry_.state = NodeState::running;
}

bool SupervisedNode::on_ready_descriptor() {
  std::array<char, 256> line;
  const ssize_t count = ::read(ready_.get(), line.data(), line.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  // At its end without a line: the process is about to end, and its descriptor tells how.
  ready_.close();
  if (count <= 0 || phase_ != Phase::starting) return false;
  phase_ = Phase::running;
  return true;
}

std::optional<SupervisedNode::End> SupervisedNode::on_process_descriptor() {
  const auto how = child_->reap();
  if (!how) return std::nullopt;
  const bool stopping = phase_ == Phase::stopping;
  const End end{.how = *how,
                .asked_for = killed_ || stopping,
                .while_starting = phase_ == Phase::starting,
                .start_again = start_again_};
  // Somebody who asks for a kill wants to see a dead node, not a stopped one.
  entry_.state = stopping && !killed_ ? NodeState::stopped : NodeState::dead;
  child_.reset();
  ready_.close();
  phase_ = Phase::none;
  kill_at_.reset();
  return end;
}

std::optional<SteadyTime> SupervisedNode::deadline() const { return kill_at_; }

void SupervisedNode::tick(SteadyTime now) {
  if (!kill_at_ || now < *kill_at_) return;
  kill_at_.reset();
  child_->signal(SIGKILL);
}

}  // namespace hs
