#include "lib/rpc/routes.h"

#include "lib/base/hex.h"
#include "lib/rpc/event_view.h"
#include "lib/rpc/node_views.h"
#include "lib/rpc/submission.h"

namespace hs {
namespace {

constexpr std::string_view transactions_path = "/v1/transactions";
constexpr std::string_view admin_path = "/v1/admin/";
constexpr std::uint64_t recent_limit_default = 100;

bool is_transaction_path(const std::string& path) {
  return path == transactions_path || path.starts_with(std::string(transactions_path) + "/");
}

HttpResponse no_such_route(const HttpRequest& request) {
  return error_response(404, "unknown_route", "there is nothing at " + request.path.substr(0, 200),
                        "the routes are listed in man 7 hs-rpc");
}

HttpResponse wrong_method(const std::string& allowed) {
  return error_response(405, "method_not_allowed", "this route answers " + allowed + " only");
}

// Names of event types, separated by commas, empty without the parameter; a name that is no event
// type would silence the stream.
Result<std::set<std::string>> types_in(const Query& query) {
  std::set<std::string> types;
  if (!query.contains("type")) return types;
  const std::string& text = query.at("type");
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string type = text.substr(start, comma - start);
    if (!is_event_name(type)) {
      return fail(Errc::bad_value, "\"" + type.substr(0, 80) + "\" is no type of event");
    }
    types.insert(type);
    start = comma + 1;
  }
  return types;
}

}  // namespace

std::string slow_reader_line() {
  return to_line(error_object("too_slow", "the reader of this stream fell behind; it ends here")) +
         "\n";
}

Routes::Routes(Door door, const RpcService& service, RpcHub& hub)
    : door_(door),
      service_(&service),
      hub_(&hub),
      waits_(std::make_shared<TransactionWaits>(service, hub)) {}

Routes::~Routes() { stop(); }

void Routes::stop() { waits_->stop(); }

void Routes::handle(const HttpRequest& request, Respond respond) {
  const std::shared_ptr<const NodeSnapshot> node = hub_->snapshot();
  if (node == nullptr) {
    return respond(error_response(503, "starting", "the node is starting", "try again"));
  }
  if (door_ == Door::control && request.path.starts_with(admin_path)) {
    return respond(handle_admin(request));
  }
  if (is_transaction_path(request.path)) return handle_transactions(request, *node, respond);
  respond(handle_get(request, *node));
}

Result<Json> Routes::recent_events(const std::string& query_text) const {
  HS_TRY(query, parse_query(query_text));
  HS_TRY_STATUS(only_known(query, {"type", "limit"}));
  HS_TRY(types, types_in(query));
  HS_TRY(limit, number_in(query, "limit", recent_limit_default, recent_events_max));
  return hub_->recent().view(types, limit);
}

HttpResponse Routes::handle_get(const HttpRequest& request, const NodeSnapshot& node) {
  const auto answer = [&]() -> std::optional<HttpResponse> {
    if (request.path == "/v1/peers") return json_response(peers_view(node));
    if (request.path == "/v1/events/recent") {
      const auto recent = recent_events(request.query);
      return recent ? json_response(*recent) : error_response(recent.error());
    }
    if (request.path == "/v1/health") {
      const Health health = health_of(node, std::chrono::steady_clock::now());
      return json_response(health.view, health.ok ? 200 : 503);
    }
    if (request.path == "/metrics") {
      return HttpResponse{.body = metrics_text(node, std::chrono::steady_clock::now()),
                          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
    }
    try {
      const auto store = service_->store_snapshot();
      return answer_read({.store = *store,
                          .chain_id = node.chain_id,
                          .genesis_hash = node.genesis_hash,
                          .names = node.names,
                          .node = &node},
                         request);
    } catch (const StoreFailure& failure) {
      return error_response(500, "io", failure.what());
    }
  }();
  if (!answer) return no_such_route(request);
  if (request.method != "GET") return wrong_method("GET");
  return *answer;
}

void Routes::handle_transactions(const HttpRequest& request, const NodeSnapshot& node,
                                 Respond respond) {
  if (request.path == transactions_path) {
    if (request.method != "POST") return respond(wrong_method("POST"));
    auto parsed = parse_submit(request, node);
    if (!parsed) return respond(error_response(parsed.error()));
    return submit(waits_, *service_, backlog_, std::move(*parsed), std::move(respond));
  }
  if (request.method != "GET") return respond(wrong_method("GET"));
  const auto parsed = [&]() -> Result<std::pair<TransactionId, WaitOptions>> {
    const std::string digits = request.path.substr(transactions_path.size() + 1);
    HS_TRY(id, fixed_from_hex<TransactionId>(digits));
    HS_TRY(query, parse_query(request.query));
    HS_TRY(options, parse_wait(query, WaitLevel::none));
    return std::pair(id, options);
  }();
  if (!parsed) return respond(error_response(parsed.error()));
  const auto& [id, options] = *parsed;
  find_transaction(waits_, *service_, id, options.level, options.timeout, std::move(respond));
}

HttpResponse Routes::handle_admin(const HttpRequest& request) {
  const auto command = service_->admin.find(request.path.substr(admin_path.size()));
  if (command == service_->admin.end()) return no_such_route(request);
  if (request.method != "POST") return wrong_method("POST");
  const auto arguments = parse_json(request.body.empty() ? "{}" : request.body);
  if (!arguments) return error_response(arguments.error());
  if (!arguments->is_object()) {
    return error_response(400, "bad_request", "the body must be a JSON object");
  }
  const auto answer = command->second(nlohmann::json(*arguments));
  return answer ? json_response(*answer) : error_response(answer.error());
}

bool Routes::is_event_stream(const HttpRequest& request) {
  return request.path == "/v1/events" && request.method == "GET";
}

Routes::Stream Routes::open_stream(const HttpRequest& request, std::function<void()> wake) {
  const auto types = [&]() -> Result<std::set<std::string>> {
    HS_TRY(query, parse_query(request.query));
    HS_TRY_STATUS(only_known(query, {"type"}));
    return types_in(query);
  }();
  if (!types) return error_response(types.error());
  auto subscription = hub_->subscribe({.types = *types, .wake = std::move(wake)});
  if (subscription == nullptr) {
    return error_response(429, "too_many_streams",
                          "as many event streams are open as this node serves", "end one of them");
  }
  return subscription;
}

}  // namespace hs
