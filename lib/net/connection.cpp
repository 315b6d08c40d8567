#include "lib/net/connection.h"

#include <asio/connect.hpp>

#include "lib/base/check.h"
#include "lib/base/hex.h"

namespace hs {
namespace {

constexpr std::chrono::seconds leave_time_max{1};

std::string to_text(const asio::ip::tcp::endpoint& endpoint) {
  return to_string(HostPort{.host = endpoint.address().to_string(), .port = endpoint.port()});
}

}  // namespace

Connection::Connection(ConnectionOwner& owner, ConnectionShared& shared, Direction direction)
    : owner_(&owner),
      shared_(shared),
      direction_(direction),
      phase_(direction == Direction::inbound ? Phase::handshaking : Phase::connecting),
      socket_(shared.loop),
      queue_(shared.limits.queue_bytes_max),
      born_(Clock::now()) {}

void Connection::start_inbound(Tcp::socket socket) {
  socket_ = std::move(socket);
  begin_tls();
}

void Connection::start_outbound(const PublicKey& key, const HostPort& address) {
  key_ = key;
  dialed_ = key;
  dialed_address_ = address;
  remote_ = to_string(address);
  asio::error_code error;
  const asio::ip::address literal = asio::ip::make_address(address.host, error);
  if (!error) {
    connect_to(asio::ip::basic_resolver_results<Tcp>::create(
        Tcp::endpoint(literal, address.port), address.host, std::to_string(address.port)));
    return;
  }
  resolver_ = std::make_unique<Tcp::resolver>(shared_.loop);
  resolver_->async_resolve(
      address.host, std::to_string(address.port),
      [self = shared_from_this()](const asio::error_code& failure,
                                  const Tcp::resolver::results_type& endpoints) {
        if (self->phase_ != Phase::connecting) return;
        self->resolver_.reset();
        if (failure) return self->close(CloseReason::unreachable, failure.message());
        self->connect_to(endpoints);
      });
}

void Connection::connect_to(const asio::ip::basic_resolver_results<Tcp>& endpoints) {
  asio::async_connect(
      socket_, endpoints,
      [self = shared_from_this()](const asio::error_code& error, const Tcp::endpoint&) {
        self->on_connected(error);
      });
}

void Connection::on_connected(const asio::error_code& error) {
  if (phase_ != Phase::connecting) return;
  if (error) return close(CloseReason::unreachable, error.message());
  // A dial to a free local port can meet itself (TCP's simultaneous open). It must not hold the
  // port that the peer is about to listen on, not even in TIME_WAIT.
  asio::error_code local_error;
  asio::error_code remote_error;
  const Tcp::endpoint local = socket_.local_endpoint(local_error);
  if (local == socket_.remote_endpoint(remote_error)) {
    socket_.set_option(asio::socket_base::linger(true, 0), local_error);
    return close(CloseReason::unreachable, "nobody listens there");
  }
  phase_ = Phase::handshaking;
  begin_tls();
}

void Connection::begin_tls() {
  asio::error_code error;
  const Tcp::endpoint remote = socket_.remote_endpoint(error);
  if (error) return close(CloseReason::peer_closed, error.message());
  address_ = remote.address();
  remote_ = to_text(remote);
  socket_.non_blocking(true, error);
  if (!error) socket_.set_option(Tcp::no_delay(true), error);
  if (error) return close(CloseReason::peer_closed, error.message());
  const auto role =
      direction_ == Direction::inbound ? TlsSession::Role::server : TlsSession::Role::client;
  HS_CHECK(shared_.tls != nullptr);
  auto session = TlsSession::make(*shared_.tls, role, shared_.allowed);
  if (!session) return close(CloseReason::handshake_failed, session.error().what);
  tls_ = std::move(*session);
  heard_ = sent_ = Clock::now();
  pump();  // a client speaks first
  wait_readable();
}

void Connection::set_up(std::string name, std::optional<HostPort> listens) {
  HS_CHECK(phase_ == Phase::greeting);
  phase_ = Phase::up;
  was_up_ = true;
  up_since_ = Clock::now();
  connected_since_ = std::chrono::system_clock::now();
  name_ = std::move(name);
  listens_ = std::move(listens);
}

void Connection::begin_end(CloseReason reason, std::string text) {
  reason_ = reason;
  text_ = std::move(text);
  shared_.counters.frames_unsent += reason == CloseReason::replaced ? 0 : queue_.frames();
  if (owner_ != nullptr) owner_->on_down(*this);
}

void Connection::leave(CloseReason reason, std::string text, bool deliver) {
  if (!is_active()) return;
  if (tls_ == nullptr) return close(reason, std::move(text));
  const auto self = shared_from_this();
  phase_ = Phase::leaving;
  deliver_ = deliver;
  leave_until_ = Clock::now() + leave_time_max;
  begin_end(reason, std::move(text));
  schedule_flush();
}

void Connection::refuse(CloseReason reason, std::string text) {
  if (!is_active()) return;
  shared_.counters.frames_unsent += queue_.drop_untouched();
  const auto body = std::make_shared<const Bytes>(encode_greeting(Refusal{.reason = text}));
  static_cast<void>(queue_.push(Channel::hello, body, true));
  leave(reason, std::move(text), false);
}

void Connection::close(CloseReason reason, std::string text) {
  const auto self = shared_from_this();
  const bool active = is_active();
  close_socket();
  if (active) begin_end(reason, std::move(text));
  if (owner_ != nullptr) std::exchange(owner_, nullptr)->on_gone(*this);
}

void Connection::abandon() {
  owner_ = nullptr;
  if (tls_ != nullptr && phase_ != Phase::handshaking && !tls_ended_ && tls_->outgoing().empty()) {
    // One try without waiting, so that the peer sees an end and not an accident.
    tls_->end();
    asio::error_code error;
    const BytesView bytes = tls_->outgoing();
    socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
  }
  close_socket();
}

void Connection::close_socket() {
  phase_ = Phase::closed;
  asio::error_code error;
  if (resolver_ != nullptr) resolver_->cancel();
  socket_.close(error);  // nothing can be done about an error; the descriptor is gone either way
}

void Connection::excuse(Clock::time_point now) {
  heard_ = now;
  backlog_since_ = now;
  if (!frame_started_) return;
  frame_started_ = now;
  frame_bytes_before_ = decoder_.unfinished_bytes();
}

void Connection::check(Clock::time_point now) {
  switch (phase_) {
    case Phase::connecting:
      if (now - born_ > shared_.limits.preauth_time_max) {
        close(CloseReason::unreachable, "no answer in time");
      }
      return;
    case Phase::handshaking:
    case Phase::greeting:
      if (now - born_ > shared_.limits.preauth_time_max) {
        close(CloseReason::preauth_timeout, "no hello in time");
      }
      return;
    case Phase::up:
      return check_up(now);
    case Phase::leaving:
      if (now > leave_until_) close(reason_, text_);
      return;
    case Phase::closed:
      return;
  }
}

void Connection::check_up(Clock::time_point now) {
  const TransportLimits& limits = shared_.limits;
  const bool backlog = !queue_.empty() || !tls_->outgoing().empty();
  if (backlog && now - std::max(sent_, backlog_since_) > limits.idle_max) {
    return close(CloseReason::idle, "the peer takes nothing of what we send");
  }
  if (now - heard_ > limits.idle_max) {
    return close(CloseReason::idle, "the peer says nothing");
  }
  if (frame_started_ && now - *frame_started_ > limits.frame_grace) {
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - *frame_started_);
    const std::size_t arrived = decoder_.unfinished_bytes() - frame_bytes_before_;
    const auto wanted =
        static_cast<std::size_t>(elapsed.count()) * limits.frame_bytes_per_second_min / 1000;
    if (arrived < wanted) return refuse(CloseReason::too_slow, "a frame that trickles in");
  }
  if (!backlog && now - sent_ >= limits.ping_interval) {
    queue(Channel::ping, std::make_shared<const Bytes>(), false);
  }
}

std::string Connection::label() const {
  const std::string who = key_ ? to_hex(key_->view()).substr(0, 16) : "a stranger";
  return direction_ == Direction::inbound ? who + " from " + remote_ : who + " at " + remote_;
}

PeerInfo Connection::info() const {
  return {.key = key_.value_or(PublicKey{}),
          .name = name_,
          .remote = remote_,
          .listens = listens_,
          .direction = direction_,
          .connected_since = connected_since_,
          .bytes_in = bytes_in_,
          .bytes_out = bytes_out_,
          .frames_in = frames_in_,
          .frames_out = queue_.frames_taken(),
          .queue_bytes = queue_.bytes() + (tls_ == nullptr ? 0 : tls_->outgoing().size()),
          .frames_dropped = queue_.frames_dropped()};
}

}  // namespace hs
