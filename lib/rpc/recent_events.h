// The newest events of a node, for whoever asks afterwards what happened. Bounded in number; the
// data of blocks are left out, as no view of an event shows them.
#pragma once
#include <chrono>
#include <deque>
#include <mutex>
#include <set>
#include <string>

#include "lib/rpc/encoding.h"
#include "lib/types/events.h"

namespace hs {

constexpr std::size_t recent_events_max = 512;
// Apart from them, so that what comes with every view does not push it out: misbehaviour, failures,
// updates of the set, view timeouts.
constexpr std::size_t recent_rare_events_max = 128;

// Thread-safe.
class RecentEvents {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  void add(const Event& event, WallTime at);
  // hs.events/v1: the newest `limit` of these types (empty: of all), oldest first.
  [[nodiscard]] Json view(const std::set<std::string>& types, std::size_t limit) const;

 private:
  struct Entry {
    std::uint64_t number;  // counts all events
    Event event;
    WallTime at;
  };

  mutable std::mutex mutex_;
  std::uint64_t next_number_ = 0;
  std::deque<Entry> common_;
  std::deque<Entry> rare_;
};

}  // namespace hs
