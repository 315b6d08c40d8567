// The way from the node's loop to whoever listens over HTTP: the latest snapshot, the events, and
// the commits that requests wait for. Outlives the servers; owned by the node.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "lib/rpc/recent_events.h"
#include "lib/rpc/service.h"
#include "lib/types/events.h"

namespace hs {

constexpr std::size_t event_streams_max = 100;
// A stream whose reader lets more than this wait is ended; the node never waits for a reader.
constexpr std::size_t event_stream_unsent_bytes_max = 1 << 20;

// One reader of events. Thread-safe.
class EventSubscription {
 public:
  struct Options {
    std::set<std::string> types;  // names of events; empty = all
    // Called when a line has come to an empty queue, or the stream has ended; on the thread that
    // told it. Must be cheap and must not call back.
    std::function<void()> wake;
  };
  explicit EventSubscription(Options options) : options_(std::move(options)) {}

  // All lines that wait, each with its newline, in order; empty if none do.
  [[nodiscard]] std::string take();
  // True once the reader fell behind by more than the limit, or the hub was closed.
  [[nodiscard]] bool ended() const;
  // Ended because of its own reader.
  [[nodiscard]] bool fell_behind() const;

 private:
  friend class RpcHub;
  [[nodiscard]] bool wants(const std::string& type) const;
  void put(const std::string& line);
  void end();

  const Options options_;
  mutable std::mutex mutex_;
  std::string waiting_;
  bool ended_ = false;
  bool fell_behind_ = false;
};

struct CommitNotice {
  Hash block;
  Height height;
  std::chrono::steady_clock::time_point at;
};

class RpcHub {
 public:
  using WallTime = std::chrono::system_clock::time_point;
  using CommitListener = std::function<void(const CommitNotice& notice)>;

  // Loop thread, after each step (or after a batch of steps). Never null.
  void publish(std::shared_ptr<const NodeSnapshot> snapshot);
  // The latest snapshot. Null only before the first publish.
  [[nodiscard]] std::shared_ptr<const NodeSnapshot> snapshot() const;

  // Loop thread, for every event of a step, after its batch is written (drive.h does it in that
  // order). Cheap while nobody listens. A CommitBlock also wakes the requests that wait for a
  // commit.
  void tell(const Event& event, WallTime at);
  [[nodiscard]] const RecentEvents& recent() const { return recent_; }

  // A listener is called on the loop thread for each committed block and must be cheap: it posts.
  // Returns a number for remove_commit_listener, after whose return it is not called again.
  std::uint64_t add_commit_listener(CommitListener listener);
  void remove_commit_listener(std::uint64_t number);

  // Null when event_streams_max are open. The subscription ends when its last owner drops it.
  [[nodiscard]] std::shared_ptr<EventSubscription> subscribe(EventSubscription::Options options);
  // Ends all streams, each after what waits in it, and refuses new ones: the node stops. [S26]
  void close();

 private:
  mutable std::mutex snapshot_mutex_;
  std::shared_ptr<const NodeSnapshot> snapshot_;

  RecentEvents recent_;
  std::mutex subscriptions_mutex_;
  std::vector<std::weak_ptr<EventSubscription>> subscriptions_;
  std::atomic<bool> has_subscribers_ = false;
  bool closed_ = false;

  std::mutex listeners_mutex_;
  std::map<std::uint64_t, CommitListener> listeners_;
  std::uint64_t next_listener_ = 1;
};

}  // namespace hs
