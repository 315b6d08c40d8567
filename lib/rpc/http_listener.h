// Takes connections for RESTinio, whose own acceptor stops for good after the first accept that
// fails, for want of a descriptor for example. Ours waits a moment and goes on. Included by
// server.cpp alone: RESTinio takes long to compile.
#pragma once
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <optional>
#include <restinio/all.hpp>

#include "lib/rpc/http_socket.h"

namespace hs {

// Everything but failed_accepts() on the thread of the io_context, or before it runs. Must outlive
// the io_context, whose connections tell it when they end, and be closed before that.
template <class Traits>
class HttpListener final
    : private restinio::connection_count_limits::impl::acceptor_callback_iface_t {
 public:
  using Settings = restinio::server_settings_t<Traits>;

  HttpListener() = default;
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  // Throws std::system_error if the address cannot be had.
  void open(asio::io_context& io, const asio::ip::tcp::endpoint& address, Settings settings,
            std::chrono::milliseconds header_time_max) {
    io_ = &io;
    header_time_max_ = header_time_max;
    restinio::connection_count_limits::impl::acceptor_callback_iface_t* self = this;
    limiter_.emplace(self,
                     restinio::connection_count_limits::max_parallel_connections_t{
                         settings.max_parallel_connections()},
                     restinio::connection_count_limits::max_active_accepts_t{1});
    timers_ = settings.timer_factory()->create(io);
    auto shared = std::make_shared<restinio::impl::connection_settings_t<Traits>>(
        std::move(settings),
        restinio::impl::create_parser_settings<typename Traits::http_methods_mapper_t>(), timers_);
    // The connections took their part of the settings; this is another.
    factory_.emplace(std::move(shared), settings.socket_options_setter());
    acceptor_.emplace(io);
    acceptor_->open(address.protocol());
    acceptor_->set_option(asio::socket_base::reuse_address(true));
    acceptor_->bind(address);
    acceptor_->listen(asio::socket_base::max_listen_connections);
    pause_.emplace(io);
    timers_->start();
    limiter_->accept_next(0);
  }

  void close() {
    if (timers_) timers_->stop();
    pause_.reset();
    acceptor_.reset();
    factory_.reset();
    timers_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_->local_endpoint().port(); }
  // Any thread.
  [[nodiscard]] std::uint64_t failed_accepts() const { return failed_accepts_; }

 private:
  using Types = restinio::connection_count_limit_types<Traits>;
  static constexpr std::chrono::milliseconds pause_after_failure{100};

  // The limiter says when a connection may be taken: at once, or when another has ended.
  void call_accept_now(std::size_t slot) noexcept override {
    acceptor_->async_accept(
        [this, slot](const std::error_code& error, asio::ip::tcp::socket taken) {
          if (!acceptor_) return;
          if (error) {
            ++failed_accepts_;
            pause_->expires_after(pause_after_failure);
            pause_->async_wait([this, slot](const std::error_code& cancelled) {
              if (!cancelled && acceptor_) call_accept_now(slot);
            });
            return;
          }
          serve(std::move(taken));
          limiter_->accept_next(slot);
        });
  }
  void schedule_next_accept_attempt(std::size_t slot) noexcept override {
    if (!acceptor_) return;
    asio::post(*io_, [this, slot] {
      if (acceptor_) limiter_->accept_next(slot);
    });
  }

  void serve(asio::ip::tcp::socket taken) {
    // Counts the connection until it ends, or until here if it cannot be served.
    typename Types::lifetime_monitor_t count(&*limiter_);
    std::error_code gone;
    const auto remote = taken.remote_endpoint(gone);
    if (gone) return;
    try {
      HttpSocket socket(std::move(taken), header_time_max_);
      factory_->create_new_connection(std::move(socket), remote, std::move(count))->init();
    } catch (const std::system_error&) {
      ++failed_accepts_;  // the client went away meanwhile; its socket is closed already
    }
  }

  asio::io_context* io_ = nullptr;
  std::chrono::milliseconds header_time_max_{0};
  std::optional<typename Types::limiter_t> limiter_;
  std::shared_ptr<typename Traits::timer_manager_t> timers_;
  std::optional<restinio::impl::connection_factory_t<Traits>> factory_;
  std::optional<asio::ip::tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> pause_;
  std::atomic<std::uint64_t> failed_accepts_ = 0;
};

}  // namespace hs
