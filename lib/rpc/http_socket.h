// A TCP socket for RESTinio that gives the header of a request a deadline of its own: RESTinio
// knows one for the whole request, and a body may take longer than a header should.
// [RELIABILITY 5]
#pragma once
#include <asio/buffer.hpp>
#include <asio/buffers_iterator.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace hs {

// Used on the thread of its io_context. Not moved once it has begun to read.
class HttpSocket : public asio::ip::tcp::socket {
 public:
  using Base = asio::ip::tcp::socket;

  HttpSocket(Base socket, std::chrono::milliseconds header_time_max)
      : Base(std::move(socket)), header_time_max_(header_time_max), timer_(get_executor()) {}

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (!header_ended_ && !deadline_set_) set_deadline();
    Base::async_read_some(buffers, [this, buffers, handler = std::forward<Handler>(handler)](
                                       const std::error_code& error, std::size_t length) mutable {
      // The handler keeps the connection, and with it this socket, until it has run.
      if (!error) look_at(buffers, length);
      handler(error, length);
    });
  }

  // What is written is the answer, after which another request may come.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    header_ended_ = false;
    line_ends_ = 0;
    Base::async_write_some(buffers, std::forward<Handler>(handler));
  }

 private:
  void set_deadline() {
    deadline_set_ = true;
    timer_.expires_after(header_time_max_);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const std::error_code& cancelled) {
      if (cancelled || alive.expired() || !deadline_set_) return;
      std::error_code ignored;  // the peer may be gone already
      shutdown(shutdown_both, ignored);
    });
  }

  // An empty line ends the header.
  template <class Buffers>
  void look_at(const Buffers& buffers, std::size_t length) {
    if (header_ended_) return;
    auto at = asio::buffers_begin(buffers);
    for (std::size_t i = 0; i < length && !header_ended_; ++i, ++at) {
      if (*at == '\n') {
        header_ended_ = ++line_ends_ == 2;
      } else if (*at != '\r') {
        line_ends_ = 0;
      }
    }
    if (!header_ended_) return;
    deadline_set_ = false;
    timer_.cancel();
  }

  std::chrono::milliseconds header_time_max_;
  asio::steady_timer timer_;
  bool deadline_set_ = false;
  bool header_ended_ = false;
  int line_ends_ = 0;  // in a row
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace hs
