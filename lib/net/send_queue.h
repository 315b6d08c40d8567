// What one peer has not been sent yet: whole frames that share their bodies with the queues of
// other peers, bounded in bytes; when full, the oldest frames that may be lost make room. [S21]
#pragma once
#include <deque>
#include <span>

#include "lib/net/frame.h"

namespace hs {

class SendQueue {
 public:
  explicit SendQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  enum class Pushed {
    queued,
    dropped,   // this frame may be lost and there is room only at the cost of frames that may not
    overflow,  // frames that may not be lost fill the queue: this peer does not keep up
  };
  // Requires a body of at most frame_body_bytes_max bytes.
  [[nodiscard]] Pushed push(Channel channel, SharedBody body, bool keep);

  // Copies the next bytes of the stream of frames into `out`; how many. Frames end up back to back,
  // so that small ones share a TLS record and a system call.
  std::size_t take(std::span<std::uint8_t> out);

  // Appends the frames of `other` of which nothing was taken yet, oldest first, within the limit.
  // Not its hello, which belongs to its connection.
  void append_untouched(SendQueue& other);

  // Forgets all frames of which nothing was taken yet; how many.
  std::size_t drop_untouched();

  [[nodiscard]] bool empty() const { return bytes_ == 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  // headers included
  [[nodiscard]] std::size_t frames() const;
  [[nodiscard]] std::uint64_t frames_taken() const { return frames_taken_; }  // to the last byte
  [[nodiscard]] std::uint64_t frames_dropped() const { return frames_dropped_; }

 private:
  struct Entry {
    std::uint64_t number;  // order of arrival, over both lists
    FrameHeader header;
    SharedBody body;
    [[nodiscard]] std::size_t bytes() const { return frame_header_bytes + body->size(); }
  };
  [[nodiscard]] bool make_room(std::size_t bytes);
  [[nodiscard]] bool next_is_kept() const;
  [[nodiscard]] Entry pop(bool kept);
  [[nodiscard]] bool start_next();

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t droppable_bytes_ = 0;  // of bytes_, what make_room() can free
  std::uint64_t next_number_ = 0;
  std::uint64_t frames_taken_ = 0;
  std::uint64_t frames_dropped_ = 0;
  // Two lists, so that making room never searches.
  std::deque<Entry> kept_;
  std::deque<Entry> droppable_;
  std::optional<Entry> current_;  // partly taken: may no longer be dropped
  std::size_t current_used_ = 0;
};

}  // namespace hs
