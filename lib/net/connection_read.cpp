// What a connection does with bytes from its peer.
#include "lib/net/connection.h"
#include "lib/net/escape.h"

namespace hs {
namespace {

// How much TLS is given at once, so that it never holds more than a few records.
constexpr std::size_t feed_bytes_max = 16 << 10;

}  // namespace

bool Connection::wants_input() const {
  if (phase_ == Phase::leaving) return deliver_;
  return is_active();
}

void Connection::wait_readable() {
  if (reading_ || phase_ == Phase::closed) return;
  reading_ = true;
  socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](const asio::error_code&) {
    self->reading_ = false;
    // An error of the socket shows, with its name, when it is read.
    if (self->phase_ != Phase::closed) self->on_readable();
  });
}

void Connection::on_readable() {
  asio::error_code error;
  const std::size_t bytes = socket_.receive(
      asio::buffer(shared_.wire_buffer.data(), shared_.wire_buffer.size()), 0, error);
  if (error == asio::error::would_block || error == asio::error::try_again) return wait_readable();
  if (error || bytes == 0) {
    const bool ended = !error || error == asio::error::eof;
    return close(CloseReason::peer_closed, ended ? "the peer closed it" : error.message());
  }
  bytes_in_ += bytes;
  shared_.counters.bytes_in += bytes;
  on_wire(BytesView(shared_.wire_buffer).first(bytes));
  if (phase_ == Phase::closed) return;
  if (phase_ < Phase::up && bytes_in_ > shared_.limits.preauth_bytes_max) {
    return close(CloseReason::preauth_bytes, "too many bytes before its hello");
  }
  wait_readable();
}

void Connection::on_wire(BytesView bytes) {
  while (!bytes.empty()) {
    if (phase_ == Phase::closed || (phase_ == Phase::leaving && !deliver_)) return;  // discarded
    const std::size_t taken = std::min(bytes.size(), feed_bytes_max);
    const Status fed = tls_->feed(bytes.first(taken));
    if (!fed) return close(CloseReason::bad_frame, fed.error().what);
    bytes = bytes.subspan(taken);
    pump();
  }
}

void Connection::pump() {
  if (phase_ == Phase::handshaking && !advance_handshake()) return;
  while (wants_input()) {
    const auto bytes = tls_->read(shared_.plain_buffer);
    if (!bytes) {
      // The alert of a server that does not want our certificate comes only now.
      const auto reason =
          phase_ == Phase::greeting ? CloseReason::handshake_failed : CloseReason::peer_closed;
      return close(reason, "TLS: " + bytes.error().what);
    }
    if (*bytes == 0) {
      if (tls_->peer_ended()) close(CloseReason::peer_closed, "the peer ended it");
      return;
    }
    heard_ = Clock::now();
    on_plain(BytesView(shared_.plain_buffer).first(*bytes));
  }
}

bool Connection::advance_handshake() {
  const auto done = tls_->handshake();
  if (!done) {
    if (tls_->key()) key_ = tls_->key();
    const bool unknown = done.error().code == Errc::denied;
    leave(unknown ? CloseReason::unknown_key : CloseReason::handshake_failed,
          unknown ? done.error().what : "TLS: " + done.error().what, false);
    return false;
  }
  schedule_flush();
  if (!*done) return false;
  on_established();
  return phase_ == Phase::greeting;
}

void Connection::on_established() {
  key_ = tls_->key();
  if (dialed_ && dialed_ != key_) {
    return leave(CloseReason::wrong_peer, "another key than the one we dialed answers there",
                 false);
  }
  phase_ = Phase::greeting;
  const auto greeting = std::make_shared<const Bytes>(owner_->own_greeting());
  static_cast<void>(queue_.push(Channel::hello, greeting, true));
}

void Connection::on_plain(BytesView bytes) {
  while (!bytes.empty()) {
    const std::size_t bytes_max = is_greeted() ? frame_bytes_max : hello_bytes_max + 1;
    auto frame = decoder_.next(bytes, bytes_max);
    if (!frame) return refuse(CloseReason::bad_frame, frame.error().what);
    if (!*frame) break;
    frame_started_.reset();
    on_frame(std::move(**frame));
    if (phase_ == Phase::closed || (phase_ == Phase::leaving && !deliver_)) return;
  }
  if (decoder_.unfinished_bytes() > 0 && !frame_started_) {
    frame_started_ = Clock::now();
    frame_bytes_before_ = decoder_.unfinished_bytes();
  }
}

void Connection::on_frame(Frame frame) {
  if (frame.channel == Channel::hello) return on_greeting(frame.body);
  if (!is_greeted()) return refuse(CloseReason::bad_frame, "a frame before the hello");
  ++frames_in_;
  ++shared_.counters.frames_in;
  if (frame.channel == Channel::ping) {
    if (!frame.body.empty()) refuse(CloseReason::bad_frame, "a ping with a body");
    return;
  }
  owner_->on_frame(*this, frame.channel, std::move(frame.body));
}

void Connection::on_greeting(BytesView body) {
  auto greeting = decode_greeting(body);
  if (!greeting) {
    const bool mismatch = greeting.error().code == Errc::mismatch;
    return refuse(mismatch ? CloseReason::hello_mismatch : CloseReason::bad_frame,
                  greeting.error().what);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*greeting)) {
    return close(CloseReason::refused_by_peer,
                 escape_peer_text(refusal->reason, refusal_bytes_max));
  }
  if (is_greeted()) return refuse(CloseReason::bad_frame, "a second hello");
  Hello& hello = std::get<Hello>(*greeting);
  if (const auto mismatch = hello_mismatch(owner_->own_hello(), hello)) {
    return refuse(CloseReason::hello_mismatch, *mismatch);
  }
  owner_->on_hello(*this, std::move(hello));
}

}  // namespace hs
