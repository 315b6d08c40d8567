// Every route of a node: from a request to its answer. The servers only carry.
#pragma once
#include <memory>
#include <variant>

#include "lib/rpc/http.h"
#include "lib/rpc/hub.h"
#include "lib/rpc/submit_backlog.h"
#include "lib/rpc/transaction_waits.h"

namespace hs {

// Which door a request came through.
enum class Door {
  tcp,     // anybody on this machine
  control  // run/ctl.sock: whoever may stop the node
};

// Thread-safe.
class Routes {
 public:
  // Both outlive the routes.
  Routes(Door door, const RpcService& service, RpcHub& hub);
  ~Routes();

  // Beside answer_read() (lib/rpc/reads.h):
  //   GET  /v1/peers   /v1/health (200 or 503)   /metrics
  //   GET  /v1/events/recent?type=A,B&limit=
  //   GET  /v1/transactions/ID?wait=&timeout_ms=
  //   POST /v1/transactions?wait=&timeout_ms=
  //   POST /v1/admin/NAME        on the control door alone
  // `respond` is called once, now or later, from any thread; never if the node stops before it can
  // be answered.
  void handle(const HttpRequest& request, Respond respond);

  // GET /v1/events?type=A,B. The subscription, or the answer that refuses it (400, 429).
  [[nodiscard]] static bool is_event_stream(const HttpRequest& request);
  using Stream = std::variant<HttpResponse, std::shared_ptr<EventSubscription>>;
  [[nodiscard]] Stream open_stream(const HttpRequest& request, std::function<void()> wake);

  // Ends what waits; no answer comes afterwards.
  void stop();

 private:
  void handle_transactions(const HttpRequest& request, const NodeSnapshot& node, Respond respond);
  [[nodiscard]] HttpResponse handle_admin(const HttpRequest& request);
  [[nodiscard]] Result<Json> recent_events(const std::string& query_text) const;
  [[nodiscard]] HttpResponse handle_get(const HttpRequest& request, const NodeSnapshot& node);

  Door door_;
  const RpcService* service_;
  RpcHub* hub_;
  std::shared_ptr<TransactionWaits> waits_;
  SubmitBacklog backlog_;
};

// The line that ends a stream whose reader fell behind.
[[nodiscard]] std::string slow_reader_line();
// What is sent on a stream that has been silent, so that a reader that is gone is noticed; readers
// skip empty lines.
constexpr std::chrono::seconds stream_heartbeat{15};

}  // namespace hs
