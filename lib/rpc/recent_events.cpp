#include "lib/rpc/recent_events.h"

#include <algorithm>

#include "lib/base/overloaded.h"
#include "lib/rpc/event_view.h"

namespace hs {
namespace {

bool is_rare(const Event& event) {
  return std::visit(
      Overloaded{[](const event::Equivocation&) { return true; },
                 [](const event::InvalidMessage&) { return true; },
                 [](const event::BanPeer&) { return true; },
                 [](const event::AppFailure&) { return true; },
                 [](const event::SafetyViolation&) { return true; },
                 [](const event::UpdateValidatorSet&) { return true; },
                 [](const event::ViewTimeout&) { return true; }, [](const auto&) { return false; }},
      event);
}

// A block of two megabytes must not stay in memory for its hash.
Event without_data(const Event& event) {
  const auto* insert = std::get_if<event::InsertBlock>(&event);
  if (insert == nullptr) return event;
  const Block& block = *insert->block;
  return event::InsertBlock{std::make_shared<const Block>(Block{.height = block.height,
                                                                .hash = block.hash,
                                                                .justify = block.justify,
                                                                .data_hash = block.data_hash,
                                                                .data = {}})};
}

}  // namespace

void RecentEvents::add(const Event& event, WallTime at) {
  const bool rare = is_rare(event);
  Entry entry{.number = 0, .event = without_data(event), .at = at};
  const std::lock_guard lock(mutex_);
  entry.number = next_number_++;
  std::deque<Entry>& entries = rare ? rare_ : common_;
  if (entries.size() == (rare ? recent_rare_events_max : recent_events_max)) entries.pop_front();
  entries.push_back(std::move(entry));
}

Json RecentEvents::view(const std::set<std::string>& types, std::size_t limit) const {
  std::vector<Entry> wanted;
  {
    const std::lock_guard lock(mutex_);
    for (const std::deque<Entry>* entries : {&common_, &rare_}) {
      for (const Entry& entry : *entries) {
        if (!types.empty() && !types.contains(std::string(name_of(entry.event)))) continue;
        wanted.push_back(entry);
      }
    }
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const Entry& a, const Entry& b) { return a.number < b.number; });
  Json list = Json::array();
  for (std::size_t i = wanted.size() - std::min(limit, wanted.size()); i < wanted.size(); ++i) {
    list.push_back(event_view(wanted[i].event, wanted[i].at));
  }
  Json object;
  object["schema"] = "hs.events/v1";
  object["events"] = std::move(list);
  return object;
}

}  // namespace hs
