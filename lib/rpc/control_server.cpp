#include "lib/rpc/control_server.h"

#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "lib/rpc/routes.h"

namespace hs {
namespace {

constexpr std::size_t control_threads = 16;
// Streams and waits hold a thread each; the rest is kept for commands, so that a node can always be
// stopped.
constexpr int long_requests_max = 8;
constexpr std::chrono::seconds request_read_timeout{5};
constexpr std::chrono::seconds write_timeout{10};

// What a blocked control thread sleeps on: an answer, a line of events, or the end of the server.
struct Bell {
  std::mutex mutex;
  std::condition_variable rung;
  bool stopping = false;

  void ring() {
    const std::lock_guard lock(mutex);
    rung.notify_all();
  }
};

class UnixServer : public httplib::Server {
 public:
  // The library's own backlog of 5 turns clients away that come at the same moment.
  void widen_backlog() { ::listen(svr_sock_, SOMAXCONN); }
};

void copy(const HttpResponse& from, httplib::Response& to) {
  to.status = from.status;
  to.set_content(from.body, from.content_type.c_str());
}

}  // namespace

struct ControlServer::Impl {
  Impl(const RpcService& service, RpcHub& hub) : routes(Door::control, service, hub) {}

  Status listen(const std::string& socket_path);
  void on_request(const httplib::Request& request, httplib::Response& response);
  void answer(const HttpRequest& request, httplib::Response& response);
  void open_stream(const HttpRequest& request, httplib::Response& response);
  bool send_events(EventSubscription& events, httplib::DataSink& sink);
  void stop();

  Routes routes;
  UnixServer http;
  std::string path;
  // Shared with callbacks that may come after the server is gone.
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  std::atomic<int> long_requests = 0;
  std::atomic<bool> has_ended = false;
  std::thread thread;
};

Status ControlServer::Impl::listen(const std::string& socket_path) {
  if (socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(Errc::too_long, "the path of the control socket is longer than " +
                                    std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                                    " bytes: " + socket_path);
  }
  ::unlink(socket_path.c_str());
  http.set_address_family(AF_UNIX);
  http.new_task_queue = [] { return new httplib::ThreadPool(control_threads); };
  http.set_payload_max_length(http_body_bytes_max);
  http.set_keep_alive_max_count(1);  // an idle client must not hold a thread
  http.set_read_timeout(request_read_timeout);
  http.set_write_timeout(write_timeout);
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    on_request(request, response);
  };
  http.Get(".*", handler).Post(".*", handler);
  // The socket is made private before anybody can open it: the umask of the process is shared by
  // all its threads, but the folder is 0700 in any case.
  const mode_t before = ::umask(0177);
  const bool bound = http.bind_to_port(socket_path, 80);
  ::umask(before);
  if (!bound) return fail(Errc::io, "cannot make the control socket " + socket_path);
  http.widen_backlog();
  path = socket_path;
  thread = std::thread([this] {
    http.listen_after_bind();
    has_ended = true;
  });
  return {};
}

void ControlServer::Impl::on_request(const httplib::Request& request, httplib::Response& response) {
  std::string query;
  const std::size_t mark = request.target.find('?');
  if (mark != std::string::npos) query = request.target.substr(mark + 1);
  const HttpRequest neutral{.method = request.method,
                            .path = request.target.substr(0, mark),
                            .query = query,
                            .content_type = request.get_header_value("Content-Type"),
                            .body = request.body};
  const bool may_take_long = Routes::is_event_stream(neutral) || query.find("wait=") != query.npos;
  if (!may_take_long) return answer(neutral, response);
  if (long_requests.fetch_add(1) >= long_requests_max) {
    copy(error_response(429, "too_many_waits",
                        "the control socket serves " + std::to_string(long_requests_max) +
                            " streams and waits at once",
                        "ask the node's rpc address"),
         response);
    long_requests.fetch_sub(1);
    return;
  }
  if (Routes::is_event_stream(neutral)) return open_stream(neutral, response);
  answer(neutral, response);
  long_requests.fetch_sub(1);
}

void ControlServer::Impl::answer(const HttpRequest& request, httplib::Response& response) {
  const auto answered = std::make_shared<std::optional<HttpResponse>>();
  routes.handle(request, [answered, shared = bell](HttpResponse ready) {
    const std::lock_guard lock(shared->mutex);
    *answered = std::move(ready);
    shared->rung.notify_all();
  });
  std::unique_lock lock(bell->mutex);
  bell->rung.wait(lock, [&] { return answered->has_value() || bell->stopping; });
  copy(answered->has_value() ? **answered : error_response(503, "stopping", "the node is stopping"),
       response);
}

void ControlServer::Impl::open_stream(const HttpRequest& request, httplib::Response& response) {
  auto opened = routes.open_stream(request, [shared = bell] { shared->ring(); });
  if (auto* refusal = std::get_if<HttpResponse>(&opened)) {
    copy(*refusal, response);
    long_requests.fetch_sub(1);
    return;
  }
  const auto events = std::get<std::shared_ptr<EventSubscription>>(opened);
  response.set_chunked_content_provider(
      "application/x-ndjson",
      [this, events](std::size_t, httplib::DataSink& sink) { return send_events(*events, sink); },
      [this](bool) { long_requests.fetch_sub(1); });
}

// One call a round: sleeps until there is something to say, says it, and returns whether to go on.
bool ControlServer::Impl::send_events(EventSubscription& events, httplib::DataSink& sink) {
  std::string lines;
  bool is_over = false;
  {
    std::unique_lock lock(bell->mutex);
    bell->rung.wait_for(lock, stream_heartbeat, [&] {
      lines = events.take();
      is_over = bell->stopping || (lines.empty() && events.ended());
      return !lines.empty() || is_over;
    });
  }
  if (lines.empty()) lines = events.fell_behind() ? slow_reader_line() : "\n";
  if (!sink.write(lines.data(), lines.size())) return false;
  if (is_over) sink.done();
  return true;
}

void ControlServer::Impl::stop() {
  routes.stop();
  {
    const std::lock_guard lock(bell->mutex);
    bell->stopping = true;
    bell->rung.notify_all();
  }
  if (!thread.joinable()) return;
  // stop() is lost on a server that has not begun to listen.
  while (!http.is_running() && !has_ended) std::this_thread::yield();
  http.stop();
  thread.join();
  ::unlink(path.c_str());
}

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlServer::~ControlServer() { impl_->stop(); }

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::string& path,
                                                            const RpcService& service,
                                                            RpcHub& hub) {
  auto impl = std::make_unique<Impl>(service, hub);
  HS_TRY_STATUS(impl->listen(path));
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

}  // namespace hs
