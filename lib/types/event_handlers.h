// Callbacks for those who build on the library: what a replica tells, by kind. A driver passes
// every event of drive.h's tell() to tell() here, so handlers hear all of them, one at a time, in
// the order in which they happened, after what is persistent is on disk; none is dropped, at the
// end neither. [PROTOCOL 10, S26]
//
// Threads: handlers are called on the driver's thread, between two turns of the replica. A slow one
// delays consensus: what takes time is for a thread of the handler's own. Exceptions pass through
// tell(); the node logs them and goes on.
#pragma once
#include <array>
#include <functional>
#include <utility>
#include <variant>

#include "lib/base/mutate.h"
#include "lib/types/events.h"

namespace hs {

class EventHandlers {
 public:
  // For events of one type, event::CommitBlock for example. At most one for each; a later one takes
  // the place of the earlier.
  template <class Kind>
  EventHandlers& on(std::function<void(const Kind&)> handler) {
    by_kind_[index_of<Kind>()] = [handler = std::move(handler)](const Event& event) {
      handler(std::get<Kind>(event));
    };
    return *this;
  }
  // For every event, before the handler of its type.
  EventHandlers& on_all(std::function<void(const Event&)> handler) {
    all_ = std::move(handler);
    return *this;
  }

  void tell(const Event& event) const {
    if (all_) all_(event);
    if (all_ && HS_MUTATE(S26b)) return;
    if (const auto& handler = by_kind_[event.index()]) handler(event);
  }

 private:
  template <class Kind>
  static constexpr std::size_t index_of() {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
      std::size_t found = sizeof...(Index);
      ((std::is_same_v<std::variant_alternative_t<Index, Event>, Kind> ? found = Index : 0), ...);
      return found;
    }
    (std::make_index_sequence<std::variant_size_v<Event>>{});
  }

  std::function<void(const Event&)> all_;
  std::array<std::function<void(const Event&)>, std::variant_size_v<Event>> by_kind_;
};

}  // namespace hs
