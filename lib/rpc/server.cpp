// The only file that includes RESTinio, which takes long to compile. It carries bytes; what they
// mean is Routes' work.
#include "lib/rpc/server.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <thread>

#include "lib/rpc/http_listener.h"
#include "lib/rpc/routes.h"

namespace hs {
namespace {

struct Traits : restinio::default_single_thread_traits_t {
  static constexpr bool use_connection_count_limiter = true;
  using stream_socket_t = HttpSocket;
};
using RequestHandle = restinio::request_handle_t;
using ChunkedResponse = restinio::response_builder_t<restinio::chunked_output_t>;

// A reader that takes nothing for this long is gone.
constexpr std::chrono::seconds write_timeout{10};
// Longer than any wait of ours: RESTinio's own limit must never cut one.
constexpr std::chrono::hours answer_timeout{24};
// Up to here an oversize body is read and answered with 413; beyond, the connection is closed.
constexpr std::size_t body_bytes_read = 2 * http_body_bytes_max;
// How long a stopping server goes on sending what its streams have been told. [S26]
constexpr std::chrono::milliseconds drain_time_max{500};
constexpr std::chrono::milliseconds drain_look_interval{5};

std::string reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Internal Server Error";
  }
}

restinio::http_status_line_t status_line(int status) {
  return {restinio::http_status_code_t(static_cast<std::uint16_t>(status)), reason_of(status)};
}

void answer(const RequestHandle& handle, HttpResponse response) {
  handle->create_response(status_line(response.status))
      .append_header(restinio::http_field::content_type, std::move(response.content_type))
      .append_header(restinio::http_field::cache_control, "no-store")
      .append_header("X-Content-Type-Options", "nosniff")
      .set_body(std::move(response.body))
      .done();
}

HttpHead head_of(const RequestHandle& handle) {
  HttpHead head;
  head.method = handle->header().method().c_str();
  head.header_bytes = handle->header().request_target().size();
  handle->header().for_each_field([&](const auto& field) {
    head.header_bytes += field.name().size() + field.value().size() + 4;
    if (restinio::impl::is_equal_caseless(field.name(), "host"))
      head.hosts.push_back(field.value());
    if (restinio::impl::is_equal_caseless(field.name(), "origin")) {
      head.origins.push_back(field.value());
    }
  });
  head.content_type = handle->header().get_field_or(restinio::http_field::content_type, "");
  return head;
}

// One open event stream. Everything but wake() runs on the RPC thread.
class StreamWriter : public std::enable_shared_from_this<StreamWriter> {
 public:
  StreamWriter(asio::io_context& io, const RequestHandle& handle)
      : io_(&io),
        heartbeat_(io),
        response_(handle->create_response<restinio::chunked_output_t>(status_line(200))) {
    response_.append_header(restinio::http_field::content_type, "application/x-ndjson");
    response_.append_header(restinio::http_field::cache_control, "no-store");
    response_.connection_close();  // nothing can follow what never ends
  }

  void start(std::shared_ptr<EventSubscription> subscription) {
    subscription_ = std::move(subscription);
    write("");  // the header at once, so that the reader knows that it listens
    beat();
  }

  // Does it only send what is left?
  [[nodiscard]] bool is_ending() const { return subscription_ && subscription_->ended(); }

  void pump() {
    if (is_writing_ || is_done_) return;
    std::string lines = subscription_->take();
    if (!lines.empty()) return write(std::move(lines));
    if (subscription_->ended()) finish();
  }

 private:
  void write(std::string lines) {
    is_writing_ = true;
    response_.append_chunk(std::move(lines));
    // The notice comes when the bytes are with the kernel, so what is unsent stays in the
    // subscription, which counts it.
    response_.flush([weak = weak_from_this()](const auto& error) {
      const auto self = weak.lock();
      if (self == nullptr) return;
      asio::post(*self->io_, [self, failed = static_cast<bool>(error)] {
        self->is_writing_ = false;
        if (failed) self->close();
        else self->pump();
      });
    });
  }

  void finish() {
    if (subscription_->fell_behind()) response_.append_chunk(slow_reader_line());
    response_.done();
    close();
  }

  void close() {
    is_done_ = true;
    heartbeat_.cancel();
    subscription_.reset();
    if (on_closed) on_closed();
  }

  void beat() {
    heartbeat_.expires_after(stream_heartbeat);
    heartbeat_.async_wait([weak = weak_from_this()](const std::error_code& error) {
      const auto self = weak.lock();
      if (error || self == nullptr || self->is_done_) return;
      if (!self->is_writing_) self->write("\n");
      self->beat();
    });
  }

 public:
  std::function<void()> on_closed;

 private:
  asio::io_context* io_;
  asio::steady_timer heartbeat_;
  ChunkedResponse response_;
  std::shared_ptr<EventSubscription> subscription_;
  bool is_writing_ = false;
  bool is_done_ = false;
};

}  // namespace

struct RpcServer::Impl {
  Impl(const RpcService& service, RpcHub& hub) : routes(Door::tcp, service, hub) {}
  ~Impl() { listener.close(); }

  Status listen(const Options& options);
  restinio::request_handling_status_t on_request(const RequestHandle& handle);
  void open_stream(const RequestHandle& handle, const HttpRequest& request);
  void stop();
  void drain(std::chrono::steady_clock::time_point until);

  HttpListener<Traits> listener;  // connections that end with the io_context still tell it so
  asio::io_context io;
  Routes routes;
  asio::steady_timer drain_timer{io};
  std::set<std::shared_ptr<StreamWriter>> streams;  // used on the RPC thread
  std::uint16_t port = 0;
  std::thread thread;
};

Status RpcServer::Impl::listen(const Options& options) {
  std::error_code error;
  const asio::ip::address address = asio::ip::make_address(options.host, error);
  if (error || !address.is_loopback()) {
    return fail(Errc::bad_value, "rpc listens on a loopback address only, not on " + options.host);
  }
  const auto limits = restinio::incoming_http_msg_limits_t{}
                          .max_url_size(http_header_bytes_max)
                          .max_field_name_size(1024)
                          .max_field_value_size(http_header_bytes_max)
                          .max_field_count(64)
                          .max_body_size(body_bytes_read);
  try {
    HttpListener<Traits>::Settings settings;
    settings.incoming_http_msg_limits(limits)
        .max_parallel_connections(http_connections_max)
        .max_pipelined_requests(1)
        .read_next_http_message_timelimit(options.header_time_max + options.body_time_max)
        .write_http_response_timelimit(write_timeout)
        .handle_request_timeout(answer_timeout)
        .request_handler([this](const RequestHandle& handle) { return on_request(handle); });
    listener.open(io, {address, options.port}, std::move(settings), options.header_time_max);
    port = listener.port();
  } catch (const std::system_error& failure) {
    const bool taken = failure.code() == asio::error::address_in_use;
    return fail(taken ? Errc::exists : Errc::io, "cannot listen on " + options.host + ":" +
                                                     std::to_string(options.port) + ": " +
                                                     failure.code().message());
  }
  thread = std::thread([this] { io.run(); });
  return {};
}

restinio::request_handling_status_t RpcServer::Impl::on_request(const RequestHandle& handle) {
  if (auto refusal = refuse_foreign(head_of(handle), port)) {
    answer(handle, std::move(*refusal));
    return restinio::request_accepted();
  }
  if (handle->body().size() > http_body_bytes_max) {
    answer(handle, error_response(413, "body_too_large", "the body is above 1 MiB"));
    return restinio::request_accepted();
  }
  const auto& header = handle->header();
  const HttpRequest request{
      .method = header.method().c_str(),
      .path = std::string(header.path()),
      .query = std::string(header.query()),
      .content_type = header.get_field_or(restinio::http_field::content_type, ""),
      .body = handle->body()};
  if (Routes::is_event_stream(request)) {
    open_stream(handle, request);
    return restinio::request_accepted();
  }
  // Answers come from other threads too; a connection belongs to this one.
  routes.handle(request, [this, handle](HttpResponse response) {
    asio::post(io, [handle, response = std::move(response)]() mutable {
      answer(handle, std::move(response));
    });
  });
  return restinio::request_accepted();
}

void RpcServer::Impl::open_stream(const RequestHandle& handle, const HttpRequest& request) {
  // Known only after the subscription exists, which needs to know whom to wake.
  const auto writer_slot = std::make_shared<std::weak_ptr<StreamWriter>>();
  auto opened = routes.open_stream(request, [this, writer_slot] {
    asio::post(io, [writer_slot] {
      if (const auto writer = writer_slot->lock()) writer->pump();
    });
  });
  if (auto* refusal = std::get_if<HttpResponse>(&opened)) {
    return answer(handle, std::move(*refusal));
  }
  const auto writer = std::make_shared<StreamWriter>(io, handle);
  *writer_slot = writer;
  streams.insert(writer);
  writer->on_closed = [this, weak = std::weak_ptr(writer)] { streams.erase(weak.lock()); };
  writer->start(std::get<std::shared_ptr<EventSubscription>>(std::move(opened)));
}

void RpcServer::Impl::stop() {
  routes.stop();
  if (!thread.joinable()) return;
  asio::post(io, [this] {
    listener.close();
    drain(std::chrono::steady_clock::now() + drain_time_max);
  });
  thread.join();
}

// Streams that were ended because the node stops are sent to their last line.
void RpcServer::Impl::drain(std::chrono::steady_clock::time_point until) {
  const bool is_done = std::none_of(streams.begin(), streams.end(),
                                    [](const auto& stream) { return stream->is_ending(); });
  if (is_done || std::chrono::steady_clock::now() >= until) {
    streams.clear();
    io.stop();  // connections that are open end with it
    return;
  }
  drain_timer.expires_after(drain_look_interval);
  drain_timer.async_wait([this, until](const std::error_code&) { drain(until); });
}

RpcServer::RpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RpcServer::~RpcServer() { impl_->stop(); }

Result<std::unique_ptr<RpcServer>> RpcServer::start(const Options& options,
                                                    const RpcService& service, RpcHub& hub) {
  auto impl = std::make_unique<Impl>(service, hub);
  HS_TRY_STATUS(impl->listen(options));
  return std::unique_ptr<RpcServer>(new RpcServer(std::move(impl)));
}

std::uint16_t RpcServer::port() const { return impl_->port; }

std::uint64_t RpcServer::failed_accepts() const { return impl_->listener.failed_accepts(); }

}  // namespace hs
