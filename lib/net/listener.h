// The listening socket: binds, accepts one connection after another, and waits a moment when the
// process has no descriptor left instead of spinning.
#pragma once
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "lib/base/result.h"
#include "lib/net/address.h"

namespace hs {

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Accept = std::function<void(asio::ip::tcp::socket)>;
  Listener(asio::io_context& loop, Accept accept)
      : acceptor_(loop), pause_(loop), accept_(std::move(accept)) {}

  // Errors: those of Transport::start().
  [[nodiscard]] Status listen(const HostPort& address);
  void close();  // no accept() afterwards
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void accept_next();

  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  Accept accept_;
  std::uint16_t port_ = 0;
};

}  // namespace hs
