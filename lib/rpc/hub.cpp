#include "lib/rpc/hub.h"

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/rpc/event_view.h"

namespace hs {

bool EventSubscription::wants(const std::string& type) const {
  if (!options_.types.empty() && !options_.types.contains(type)) return false;
  return !ended();
}

std::string EventSubscription::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

bool EventSubscription::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

bool EventSubscription::fell_behind() const {
  const std::lock_guard lock(mutex_);
  return fell_behind_;
}

void EventSubscription::put(const std::string& line) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    const bool was_empty = waiting_.empty();
    if (waiting_.size() + line.size() > event_stream_unsent_bytes_max) {
      waiting_.clear();  // what it did not read is lost with it, and the memory is free at once
      waiting_.shrink_to_fit();
      ended_ = fell_behind_ = true;
    } else {
      waiting_ += line;
      if (!was_empty) return;  // it has been woken and has not come yet
    }
  }
  if (options_.wake) options_.wake();
}

void EventSubscription::end() {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    if (HS_MUTATE(S26)) waiting_.clear();
  }
  if (options_.wake) options_.wake();
}

void RpcHub::publish(std::shared_ptr<const NodeSnapshot> snapshot) {
  HS_CHECK(snapshot != nullptr);
  const std::lock_guard lock(snapshot_mutex_);
  snapshot_.swap(snapshot);  // the old one is freed after the lock
}

std::shared_ptr<const NodeSnapshot> RpcHub::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

void RpcHub::tell(const Event& event, WallTime at) {
  if (const auto* commit = std::get_if<event::CommitBlock>(&event)) {
    const CommitNotice notice{
        .block = commit->block, .height = commit->height, .at = std::chrono::steady_clock::now()};
    const std::lock_guard lock(listeners_mutex_);
    for (const auto& [number, listener] : listeners_) listener(notice);
  }
  recent_.add(event, at);
  if (!has_subscribers_.load(std::memory_order_relaxed)) return;

  const std::string type(name_of(event));
  std::string line;  // written once, for all who want it
  const std::lock_guard lock(subscriptions_mutex_);
  std::erase_if(subscriptions_, [](const auto& subscription) { return subscription.expired(); });
  has_subscribers_ = !subscriptions_.empty();
  for (const auto& weak : subscriptions_) {
    const auto subscription = weak.lock();
    if (subscription == nullptr || !subscription->wants(type)) continue;
    if (line.empty()) line = to_line(event_view(event, at)) + "\n";
    subscription->put(line);
  }
}

std::uint64_t RpcHub::add_commit_listener(CommitListener listener) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void RpcHub::remove_commit_listener(std::uint64_t number) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(number);
}

std::shared_ptr<EventSubscription> RpcHub::subscribe(EventSubscription::Options options) {
  const std::lock_guard lock(subscriptions_mutex_);
  std::erase_if(subscriptions_, [](const auto& subscription) { return subscription.expired(); });
  if (closed_ || subscriptions_.size() >= event_streams_max) return nullptr;
  auto subscription = std::make_shared<EventSubscription>(std::move(options));
  subscriptions_.push_back(subscription);
  has_subscribers_ = true;
  return subscription;
}

void RpcHub::close() {
  const std::lock_guard lock(subscriptions_mutex_);
  closed_ = true;
  for (const auto& weak : subscriptions_) {
    if (const auto subscription = weak.lock()) subscription->end();
  }
}

}  // namespace hs
