#include "lib/sim/workload.h"

namespace hs::sim {
namespace {

constexpr std::size_t retries_at_once = 16;
constexpr int retry_timeouts = 5;  // view timeouts between two looks at what is still waiting

}  // namespace

void Workload::begin() {
  if (world_.plan().work.interval_max <= Duration{0}) return;
  schedule_next();
  schedule_retry();
}

void Workload::schedule_next() {
  const WorkPlan& work = world_.plan().work;
  if (count_ >= work.operations_max) return;
  const auto most = static_cast<std::uint64_t>(work.interval_max.count());
  world_.after(Duration(static_cast<Duration::rep>(rng_.below(most) + 1)), [this] {
    submit_next();
    schedule_next();
  });
}

void Workload::schedule_retry() {
  world_.after(retry_timeouts * world_.plan().config.view_timeout, [this] {
    retry();
    schedule_retry();
  });
}

void Workload::submit_next() {
  const Height tip = world_.monitor().chain().tip().value_or(Height{});
  const Bytes transaction = world_.app().transaction(++count_, tip);
  waiting_.push_back(transaction);
  hand_out(transaction, rng_.between(1, world_.plan().work.copies_max));
}

void Workload::retry() {
  for (std::size_t i = std::min(retries_at_once, waiting_.size()); i > 0; --i) {
    const Bytes transaction = waiting_.front();
    waiting_.pop_front();
    // Now and then a client has not heard of the commit.
    const bool is_committed = world_.monitor().is_committed(transaction);
    if (is_committed && !rng_.chance(1, 8)) continue;
    if (!is_committed) waiting_.push_back(transaction);
    hand_out(transaction, 1);
  }
}

void Workload::hand_out(const Bytes& transaction, std::size_t copies) {
  for (std::size_t i = 0; i < copies; ++i) {
    world_.submit(rng_.below(world_.size()), transaction);
  }
}

}  // namespace hs::sim
