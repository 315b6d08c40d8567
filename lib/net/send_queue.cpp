#include "lib/net/send_queue.h"

#include "lib/base/check.h"

namespace hs {

bool SendQueue::make_room(std::size_t bytes) {
  if (bytes_ - droppable_bytes_ + bytes > bytes_max_) return false;
  while (bytes_ + bytes > bytes_max_) {
    const std::size_t freed = droppable_.front().bytes();
    droppable_.pop_front();
    droppable_bytes_ -= freed;
    bytes_ -= freed;
    ++frames_dropped_;
  }
  return true;
}

SendQueue::Pushed SendQueue::push(Channel channel, SharedBody body, bool keep) {
  HS_CHECK(body != nullptr);
  const FrameHeader header = frame_header(channel, body->size());
  const std::size_t bytes = frame_header_bytes + body->size();
  if (!make_room(bytes)) {
    ++frames_dropped_;
    return keep ? Pushed::overflow : Pushed::dropped;
  }
  (keep ? kept_ : droppable_).push_back({next_number_++, header, std::move(body)});
  bytes_ += bytes;
  if (!keep) droppable_bytes_ += bytes;
  return Pushed::queued;
}

bool SendQueue::next_is_kept() const {
  if (kept_.empty()) return false;
  return droppable_.empty() || kept_.front().number < droppable_.front().number;
}

SendQueue::Entry SendQueue::pop(bool kept) {
  std::deque<Entry>& list = kept ? kept_ : droppable_;
  Entry entry = std::move(list.front());
  list.pop_front();
  if (!kept) droppable_bytes_ -= entry.bytes();
  return entry;
}

bool SendQueue::start_next() {
  if (kept_.empty() && droppable_.empty()) return false;
  current_ = pop(next_is_kept());
  current_used_ = 0;
  return true;
}

std::size_t SendQueue::take(std::span<std::uint8_t> out) {
  std::size_t written = 0;
  while (written < out.size()) {
    if (!current_ && !start_next()) break;
    const BytesView part =
        current_used_ < frame_header_bytes
            ? BytesView(current_->header).subspan(current_used_)
            : BytesView(*current_->body).subspan(current_used_ - frame_header_bytes);
    const std::size_t count = std::min(part.size(), out.size() - written);
    std::copy_n(part.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(written));
    written += count;
    current_used_ += count;
    if (current_used_ == current_->bytes()) {
      current_.reset();
      ++frames_taken_;
    }
  }
  bytes_ -= written;
  return written;
}

void SendQueue::append_untouched(SendQueue& other) {
  while (!other.kept_.empty() || !other.droppable_.empty()) {
    const bool keep = other.next_is_kept();
    Entry entry = other.pop(keep);
    other.bytes_ -= entry.bytes();
    const auto channel = static_cast<Channel>(entry.header[4]);
    if (channel == Channel::hello) continue;  // said once per connection, and this one said its own
    // What does not fit was counted by push() and is lost, as it would have been when it was sent.
    static_cast<void>(push(channel, std::move(entry.body), keep));
  }
}

std::size_t SendQueue::drop_untouched() {
  const std::size_t dropped = kept_.size() + droppable_.size();
  kept_.clear();
  droppable_.clear();
  droppable_bytes_ = 0;
  bytes_ = current_ ? current_->bytes() - current_used_ : 0;
  return dropped;
}

std::size_t SendQueue::frames() const {
  return kept_.size() + droppable_.size() + (current_ ? 1 : 0);
}

}  // namespace hs
