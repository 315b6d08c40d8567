#include "lib/replica/message_buffer.h"

#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/mutate.h"

namespace hs {
namespace {

// Kinds of which a sender needs only one a view. A vote's kind includes its phase.
std::pair<std::size_t, std::uint8_t> kind_of(const Message& message) {
  const auto* vote = std::get_if<PhaseVote>(&message);
  return {message.index(), vote ? static_cast<std::uint8_t>(vote->phase) : std::uint8_t{0}};
}

}  // namespace

bool MessageBuffer::insert(View view, Entry entry, std::size_t sender_bytes_max) {
  // [S16] What we sent ourselves takes no room that a stranger could fill.
  if (entry.bytes > 0) entry.bytes = std::max(entry.bytes, memory_bytes(*entry.message));
  if (entry.bytes > std::min(sender_bytes_max, bytes_max_)) return false;
  if (const auto found = views_.find(view); found != views_.end()) {
    const auto kind = kind_of(*entry.message);
    std::size_t of_kind = 0;
    for (const Entry& held : found->second) {
      if (held.origin != entry.origin || kind_of(*held.message) != kind) continue;
      if (*held.message == *entry.message) return false;
      ++of_kind;
    }
    // Two different votes are evidence against their signer, more are no better. [S23]
    const bool is_vote = std::holds_alternative<PhaseVote>(*entry.message);
    if (of_kind >= (is_vote ? 2 : 1)) return false;
  }
  const auto used = [&] {
    const auto share = shares_.find(entry.origin);
    return share == shares_.end() ? 0 : share->second.bytes;
  };
  while (used() + entry.bytes > sender_bytes_max) {
    if (!evict_farther(view, &entry.origin)) return false;
    ++evicted_own_;
  }
  while (bytes_ + entry.bytes > bytes_max_ && !HS_MUTATE(S21)) {
    if (!evict_farther(view, nullptr)) return false;
    ++evicted_any_;
  }
  bytes_ += entry.bytes;
  Share& share = shares_[entry.origin];
  share.bytes += entry.bytes;
  ++share.messages;
  ++size_;
  views_[view].push_back(std::move(entry));
  return true;
}

std::optional<MessageBuffer::Entry> MessageBuffer::take(View view, const Wanted& wanted) {
  const auto found = views_.find(view);
  if (found == views_.end()) return std::nullopt;
  Queue& queue = found->second;
  const auto entry = std::find_if(queue.begin(), queue.end(), wanted);
  if (entry == queue.end()) return std::nullopt;
  Entry taken = std::move(*entry);
  queue.erase(entry);
  if (queue.empty()) views_.erase(found);
  forget(taken);
  return taken;
}

void MessageBuffer::drop_below(View view) {
  while (!views_.empty() && views_.begin()->first < view) {
    for (const Entry& entry : views_.begin()->second) forget(entry);
    views_.erase(views_.begin());
  }
}

std::size_t MessageBuffer::recount_bytes() const {
  std::size_t total = 0;
  for (const auto& [view, queue] : views_) {
    for (const Entry& entry : queue) total += entry.bytes;
  }
  return total;
}

void MessageBuffer::forget(const Entry& entry) {
  if (!HS_MUTATE(S16)) bytes_ -= entry.bytes;
  --size_;
  const auto share = shares_.find(entry.origin);
  HS_CHECK(share != shares_.end());
  share->second.bytes -= entry.bytes;
  if (--share->second.messages == 0) shares_.erase(share);
}

bool MessageBuffer::evict_farther(View than, const PublicKey* sender) {
  for (auto queue = views_.rbegin(); queue != views_.rend() && queue->first > than; ++queue) {
    Queue& entries = queue->second;
    const auto newest = std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& entry) {
      return sender == nullptr || entry.origin == *sender;
    });
    if (newest == entries.rend()) continue;
    forget(*newest);
    entries.erase(std::next(newest).base());
    if (entries.empty()) views_.erase(queue->first);
    return true;
  }
  return false;
}

}  // namespace hs
