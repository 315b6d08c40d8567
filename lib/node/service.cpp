#include "lib/node/service.h"

#include <future>
#include <nlohmann/json.hpp>

#include "lib/base/hex.h"

namespace hs {
namespace {

// How long a command of the control socket waits for a loop that is busy or has stopped.
constexpr auto loop_answer_max = std::chrono::seconds(5);
constexpr const char* peers_change = "peers are added and removed";
// A test that misbehaves for longer gives another order.
constexpr std::uint64_t misbehaviour_milliseconds_max = 24 * 3'600 * 1'000;

// Runs `work` on the loop and waits for its answer. Shared, because the answer may come when nobody
// waits any more.
template <class Answer>
Result<Answer> ask(NodeLoop& loop, std::function<Answer()> work) {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  loop.post([promise, work = std::move(work)] { promise->set_value(work()); });
  if (answer.wait_for(loop_answer_max) != std::future_status::ready) {
    return fail(Errc::timed_out,
                "the node did not answer within " + std::to_string(loop_answer_max.count()) + " s");
  }
  return answer.get();
}

Result<nlohmann::ordered_json> stop_node(NodeLoop& loop) {
  loop.stop();
  return nlohmann::ordered_json{{"schema", "hs.node_stop/v1"}, {"stopping", true}};
}

// On a real chain node.yaml and the validator set say who may connect, and nothing else does; and
// nobody may tell a node to break the rules.
Status only_on_testnet(bool testnet, const std::string& what) {
  if (testnet) return {};
  return fail(Errc::denied, what + " on a test genesis only");
}

Result<nlohmann::ordered_json> add_peer(NodeLoop& loop, bool testnet,
                                        const nlohmann::json& arguments) {
  HS_TRY_STATUS(only_on_testnet(testnet, peers_change));
  if (!arguments.is_object() || arguments.size() != 1 || !arguments.contains("peer") ||
      !arguments["peer"].is_string()) {
    return fail(Errc::bad_value, R"(expected {"peer": "KEY@HOST:PORT"})");
  }
  HS_TRY(peer, parse_peer_address(arguments["peer"].get<std::string>()));
  if (peer.at.port == 0) return fail(Errc::bad_value, "a peer needs a port other than 0");
  HS_TRY_STATUS(ask<bool>(loop, [&loop, peer] {
    loop.add_peer(peer);
    return true;
  }));
  return nlohmann::ordered_json{{"schema", "hs.peer_add/v1"}, {"peer", to_string(peer)}};
}

Result<nlohmann::ordered_json> remove_peer(NodeLoop& loop, bool testnet,
                                           const nlohmann::json& arguments) {
  HS_TRY_STATUS(only_on_testnet(testnet, peers_change));
  if (!arguments.is_object() || arguments.size() != 1 || !arguments.contains("peer") ||
      !arguments["peer"].is_string()) {
    return fail(Errc::bad_value, R"(expected {"peer": "KEY"})");
  }
  HS_TRY(key, fixed_from_hex<PublicKey>(arguments["peer"].get<std::string>()));
  HS_TRY_STATUS(ask<bool>(loop, [&loop, key] {
    loop.remove_peer(key);
    return true;
  }));
  return nlohmann::ordered_json{{"schema", "hs.peer_remove/v1"}, {"peer", to_hex(key.view())}};
}

// None where it is not given. Error: bad_value.
Result<std::optional<std::uint64_t>> number_in(const nlohmann::json& arguments, const char* name,
                                               std::uint64_t most) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) return std::nullopt;
  const bool fits = found->is_number_unsigned() && found->get<std::uint64_t>() <= most;
  if (!fits) {
    return fail(Errc::bad_value, std::string(name) + " is no number up to " + std::to_string(most));
  }
  return found->get<std::uint64_t>();
}

Result<MisbehaviourOrder> order_from(const nlohmann::json& arguments) {
  constexpr const char* expected =
      R"(expected {"strategies": "NAME,..."}, and "at_view" and "for_ms" if wanted)";
  if (!arguments.is_object()) return fail(Errc::bad_value, expected);
  for (const auto& [name, value] : arguments.items()) {
    if (name != "strategies" && name != "at_view" && name != "for_ms") {
      return fail(Errc::unknown_field, expected);
    }
  }
  const auto strategies = arguments.find("strategies");
  if (strategies == arguments.end() || !strategies->is_string()) {
    return fail(Errc::bad_value, expected);
  }
  HS_TRY(kinds, byzantine::kinds_from(strategies->get<std::string>()));
  HS_TRY(at_view, number_in(arguments, "at_view", number_max));
  HS_TRY(for_ms, number_in(arguments, "for_ms", misbehaviour_milliseconds_max));
  MisbehaviourOrder order{.kinds = kinds, .from = {}, .lasts = {}};
  if (at_view) order.from = View{*at_view};
  if (for_ms) order.lasts = milliseconds(*for_ms);
  return order;
}

Result<nlohmann::ordered_json> set_byzantine(NodeLoop& loop, bool testnet,
                                             const nlohmann::json& arguments) {
  HS_TRY_STATUS(only_on_testnet(testnet, "a node is told to misbehave"));
  HS_TRY(order, order_from(arguments));
  HS_TRY(done, ask<Status>(loop, [&loop, order] { return loop.misbehave(order); }));
  HS_TRY_STATUS(done);
  nlohmann::ordered_json answer{{"schema", "hs.byzantine/v1"},
                                {"strategies", byzantine::to_text(order.kinds)}};
  answer["at_view"] = nullptr;
  answer["for_ms"] = nullptr;
  if (order.from) answer["at_view"] = order.from->value;
  if (order.lasts) answer["for_ms"] = *order.lasts / milliseconds(1);
  return answer;
}

}  // namespace

RpcService make_rpc_service(KvStore& store, NodeLoop& loop, bool testnet) {
  RpcService service;
  service.store_snapshot = [&store] { return store.snapshot(); };
  service.submit = [&loop](std::vector<Bytes> transactions,
                           std::function<void(std::vector<Admission>)> done) {
    loop.post([&loop, transactions = std::move(transactions), done = std::move(done)] {
      done(loop.submit(transactions));
    });
  };
  service.is_pending = [&loop](const TransactionId& id, std::function<void(bool)> done) {
    loop.post([&loop, id, done = std::move(done)] { done(loop.is_pending(id)); });
  };
  service.admin["stop"] = [&loop](const nlohmann::json&) { return stop_node(loop); };
  service.admin["peer_add"] = [&loop, testnet](const nlohmann::json& arguments) {
    return add_peer(loop, testnet, arguments);
  };
  service.admin["peer_remove"] = [&loop, testnet](const nlohmann::json& arguments) {
    return remove_peer(loop, testnet, arguments);
  };
  service.admin["byzantine"] = [&loop, testnet](const nlohmann::json& arguments) {
    return set_byzantine(loop, testnet, arguments);
  };
  return service;
}

}  // namespace hs
