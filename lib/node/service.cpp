#include "lib/node/service.h"

#include <future>
#include <nlohmann/json.hpp>

#include "lib/base/hex.h"

namespace hs {
namespace {

// How long a command of the control socket waits for a loop that is busy or has stopped.
constexpr auto loop_answer_max = std::chrono::seconds(5);

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

// On a real chain node.yaml and the validator set say who may connect, and nothing else does.
Status only_on_testnet(bool testnet) {
  if (testnet) return {};
  return fail(Errc::denied, "peers are added and removed on a test genesis only");
}

Result<nlohmann::ordered_json> add_peer(NodeLoop& loop, bool testnet,
                                        const nlohmann::json& arguments) {
  HS_TRY_STATUS(only_on_testnet(testnet));
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
  HS_TRY_STATUS(only_on_testnet(testnet));
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
  return service;
}

}  // namespace hs
