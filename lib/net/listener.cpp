#include "lib/net/listener.h"

#include <cerrno>

namespace hs {
namespace {

constexpr std::chrono::milliseconds pause_after_failure{100};

std::unexpected<Error> listen_failure(const HostPort& address, const asio::error_code& error) {
  Errc code = Errc::io;
  if (error == asio::error::address_in_use) code = Errc::exists;
  if (error == asio::error::access_denied) code = Errc::denied;
  if (error.value() == EADDRNOTAVAIL) code = Errc::unavailable;
  return fail(code, "cannot listen on " + to_string(address) + ": " + error.message());
}

}  // namespace

Status Listener::listen(const HostPort& address) {
  asio::error_code error;
  const asio::ip::address literal = asio::ip::make_address(address.host, error);
  if (error) {
    return fail(Errc::bad_value, "cannot listen on " + to_string(address) + ": not an IP address");
  }
  const asio::ip::tcp::endpoint endpoint(literal, address.port);
  acceptor_.open(endpoint.protocol(), error);
  // A node that was just stopped must be able to start again on its port (TIME_WAIT).
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) {
    close();
    return listen_failure(address, error);
  }
  accept_next();
  return {};
}

void Listener::close() {
  asio::error_code error;
  acceptor_.close(error);
  pause_.cancel();
}

void Listener::accept_next() {
  acceptor_.async_accept(
      [self = shared_from_this()](const asio::error_code& error, asio::ip::tcp::socket socket) {
        if (!self->acceptor_.is_open()) return;
        if (!error) {
          self->accept_(std::move(socket));
          if (self->acceptor_.is_open()) self->accept_next();
          return;
        }
        self->pause_.expires_after(pause_after_failure);
        self->pause_.async_wait([self](const asio::error_code&) {
          if (self->acceptor_.is_open()) self->accept_next();
        });
      });
}

}  // namespace hs
