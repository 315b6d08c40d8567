// How a connection sends: frames queued in one turn of the loop go out together.
#include <asio/post.hpp>

#include "lib/net/connection.h"

namespace hs {
namespace {

constexpr std::size_t encrypt_bytes_max = 32 << 10;  // plain text per system call
constexpr std::size_t turn_bytes_max = 1 << 20;      // then the other connections have their turn

}  // namespace

void Connection::queue(Channel channel, SharedBody body, bool keep) {
  if (phase_ != Phase::up) return;
  const std::uint64_t dropped_before = queue_.frames_dropped();
  if (queue_.empty() && tls_->outgoing().empty()) backlog_since_ = Clock::now();
  const auto pushed = queue_.push(channel, std::move(body), keep);
  shared_.counters.frames_dropped += queue_.frames_dropped() - dropped_before;
  if (pushed == SendQueue::Pushed::overflow) {
    return close(CloseReason::queue_full, "the peer is too slow for what must not be dropped");
  }
  schedule_flush();
}

void Connection::take_queue(Connection& other) {
  const std::uint64_t dropped_before = queue_.frames_dropped();
  queue_.append_untouched(other.queue_);
  shared_.counters.frames_dropped += queue_.frames_dropped() - dropped_before;
  schedule_flush();
}

void Connection::schedule_flush() {
  if (flush_scheduled_ || writing_ || send_shut_ || phase_ == Phase::closed) return;
  flush_scheduled_ = true;
  asio::post(shared_.loop, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    if (self->phase_ != Phase::closed && !self->writing_) self->flush();
  });
}

// Fills TLS with the next frames; false if there is nothing to send.
bool Connection::encrypt_some() {
  if (phase_ == Phase::handshaking || tls_ended_) return false;
  const std::uint64_t frames_before = queue_.frames_taken();
  std::size_t encrypted = 0;
  while (encrypted < encrypt_bytes_max && !queue_.empty()) {
    const std::size_t bytes = queue_.take(shared_.record_buffer);
    const Status written = tls_->write(BytesView(shared_.record_buffer).first(bytes));
    if (!written) {
      close(CloseReason::peer_closed, written.error().what);
      return false;
    }
    encrypted += bytes;
  }
  shared_.counters.frames_out += queue_.frames_taken() - frames_before;
  if (encrypted == 0 && phase_ == Phase::leaving) {
    tls_->end();
    tls_ended_ = true;
  }
  return !tls_->outgoing().empty();
}

// The peer is gone, but it may have said why: what it sent before is still there to be read, and
// the end is found behind it.
void Connection::on_send_error(std::string text) {
  send_shut_ = true;
  if (!reading_) close(CloseReason::peer_closed, std::move(text));
}

void Connection::flush() {
  std::size_t turn_bytes = 0;
  while (!tls_->outgoing().empty() || encrypt_some()) {
    if (turn_bytes > turn_bytes_max) return schedule_flush();
    const BytesView bytes = tls_->outgoing();
    asio::error_code error;
    const std::size_t sent = socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      return wait_writable();
    }
    if (error) return on_send_error(error.message());
    tls_->sent(sent);
    sent_ = Clock::now();
    turn_bytes += sent;
    bytes_out_ += sent;
    shared_.counters.bytes_out += sent;
    ++shared_.counters.writes;
  }
  if (phase_ == Phase::leaving && !send_shut_) {
    send_shut_ = true;
    asio::error_code error;
    socket_.shutdown(Tcp::socket::shutdown_send, error);
    if (error) close(reason_, text_);  // the peer is gone already
  }
}

void Connection::wait_writable() {
  writing_ = true;
  socket_.async_wait(Tcp::socket::wait_write, [self = shared_from_this()](const asio::error_code&) {
    self->writing_ = false;
    if (self->phase_ != Phase::closed) self->flush();
  });
}

}  // namespace hs
