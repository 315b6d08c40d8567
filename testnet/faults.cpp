#include "testnet/faults.h"

#include <nlohmann/json.hpp>

#include "lib/node/home/control_path.h"
#include "lib/rpc/client.h"
#include "testnet/event_log.h"

namespace hs {
namespace {

constexpr RpcClient::Timeouts patience = {.connect = std::chrono::milliseconds(300),
                                          .answer = std::chrono::milliseconds(6000)};

// The sentence of an hs.error/v1 object.
std::string refusal_of(const RpcReply& reply) {
  const auto json = json_of(reply);
  if (!json || !json->is_object()) return "HTTP " + std::to_string(reply.status);
  const auto message = json->find("message");
  if (message == json->end() || !message->is_string()) return reply.body;
  return message->get<std::string>();
}

Status tell(const TestnetNode& node, const ByzantineOrder& order) {
  nlohmann::ordered_json arguments{{"strategies", order.strategies}};
  if (order.at_view) arguments["at_view"] = *order.at_view;
  if (order.lasts) arguments["for_ms"] = *order.lasts / milliseconds(1);
  HS_TRY(path, ControlPath::of(HomeLayout{node.home}));
  const auto reply =
      RpcClient(SocketEndpoint{path.path()}, patience).post("/v1/admin/byzantine", arguments);
  if (!reply) {
    return fail(Errc::unavailable, node.name + " does not answer: " + reply.error().what);
  }
  if (reply->ok()) return {};
  const bool is_of_node = reply->status >= 500;  // and not of the order
  return fail(is_of_node ? Errc::io : Errc::bad_value,
              node.name + (is_of_node ? " cannot do it: " : " refuses: ") + refusal_of(*reply));
}

}  // namespace

Result<OrderReach> order_byzantine(const TestnetLayout& layout, const TestnetNode& node,
                                   const ByzantineOrder& order) {
  HS_TRY(before, read_testnet_record(layout));
  const bool is_lasting = !order.at_view && !order.lasts;
  TestnetRecord after = before;
  const std::size_t number = number_of_node(node.name);
  after.byzantine.erase(number);
  if (is_lasting && order.strategies != honest_strategy) after.byzantine[number] = order.strategies;
  // First the record: a node that ends and is started again in between does as it was told.
  if (after != before) HS_TRY_STATUS(write_testnet_record(layout, after));
  const Status told = tell(node, order);
  if (!told && (!is_lasting || told.error().code != Errc::unavailable)) {
    if (after != before) HS_TRY_STATUS(write_testnet_record(layout, before));
    return std::unexpected(told.error());
  }
  nlohmann::ordered_json more{{"node", node.name}, {"strategies", order.strategies}};
  if (order.at_view) more["at_view"] = *order.at_view;
  if (order.lasts) more["for_ms"] = *order.lasts / milliseconds(1);
  log_event(layout, "byzantine", more);
  return told ? OrderReach::told : OrderReach::noted;
}

}  // namespace hs
