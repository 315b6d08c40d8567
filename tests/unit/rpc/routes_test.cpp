#include "lib/rpc/routes.h"

#include <future>
#include <thread>

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

struct Served {
  explicit Served(Door door = Door::tcp) : routes(door, node.service, node.hub) {
    node.grow();
    node.grow();
    node.grow();
  }
  std::future<HttpResponse> ask(const std::string& method, const std::string& path,
                                const std::string& query = "", const std::string& body = "") {
    auto promise = std::make_shared<std::promise<HttpResponse>>();
    routes.handle({.method = method,
                   .path = path,
                   .query = query,
                   .content_type = "application/json",
                   .body = body},
                  [promise](HttpResponse answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  Json json(std::future<HttpResponse> answer, int status) {
    const HttpResponse response = answer.get();
    INFO(response.body);
    CHECK(response.status == status);
    return Json::parse(response.body);
  }
  std::string body_of(const Bytes& transaction) {
    return R"({"transaction":")" + to_hex(transaction) + "\"}";
  }

  test::FakeNode node;
  Routes routes;
};

struct ServedToOwner : Served {
  ServedToOwner() : Served(Door::control) {}
};

}  // namespace

TEST_CASE_METHOD(Served, "what is not there is a 404 of our own form", "[rpc]") {
  for (const char* path : {"/", "/v1/", "/v1/nothing", "/v2/status", "/v1/blocks/head/more",
                           "/v1/admin/stop", "/index.html"}) {
    INFO(path);
    const HttpResponse answer = ask("GET", path).get();
    CHECK((answer.status == 404 || answer.status == 400));
    CHECK(Json::parse(answer.body)["schema"] == "hs.error/v1");
  }
  CHECK(json(ask("GET", "/v1/nothing"), 404)["code"] == "unknown_route");
}

TEST_CASE_METHOD(Served, "a method that a route does not know is refused", "[rpc]") {
  CHECK(ask("POST", "/v1/status").get().status == 405);
  CHECK(ask("DELETE", "/v1/blocks/head").get().status == 405);
  CHECK(ask("POST", "/v1/peers").get().status == 405);
  CHECK(ask("HEAD", "/v1/status").get().status == 405);
  CHECK(ask("GET", "/v1/transactions").get().status == 405);
  CHECK(ask("PUT", "/v1/transactions").get().status == 405);
  CHECK(ask("POST", "/v1/transactions/" + std::string(64, '0')).get().status == 405);
}

TEST_CASE_METHOD(Served, "a live status has the fields that scripts rely on", "[rpc]") {
  const Json status = json(ask("GET", "/v1/status"), 200);
  CHECK(status.begin().key() == "schema");
  for (const char* field : {"chain_id", "genesis_hash", "view", "leader", "committed_height",
                            "committed_hash", "locked_view", "highest_pc_view", "highest_tc_view",
                            "validators", "pending_transactions"}) {
    INFO(field);
    CHECK(status.contains(field));
  }
  CHECK(status["chain_id"].is_string());
  CHECK(status["view"] == 4);
  CHECK(status["committed_height"] == 0);
}

TEST_CASE_METHOD(Served, "before the first snapshot the node is starting", "[rpc]") {
  RpcHub silent;
  Routes early(Door::tcp, node.service, silent);
  int status = 0;
  early.handle({.method = "GET", .path = "/v1/status"},
               [&](const HttpResponse& answer) { status = answer.status; });
  CHECK(status == 503);
}

TEST_CASE_METHOD(Served, "a node that does not commit is not healthy", "[rpc]") {
  CHECK(json(ask("GET", "/v1/health"), 200)["ok"] == true);
  node.node.last_commit -= std::chrono::hours(1);
  node.publish();
  const Json health = json(ask("GET", "/v1/health"), 503);
  CHECK(health["ok"] == false);
  CHECK(health["reasons"].size() == 1);
}

TEST_CASE_METHOD(Served, "a node that is cut off from a quorum is not healthy", "[rpc]") {
  CHECK(json(ask("GET", "/v1/health"), 200)["peers_connected"] == 3);
  auto peers = std::make_shared<std::vector<PeerStatus>>(*node.node.peers);
  peers->at(0).connected = false;
  node.node.peers = peers;
  node.publish();
  CHECK(json(ask("GET", "/v1/health"), 200)["reachable_power"] == 3);  // a quorum of four
  peers = std::make_shared<std::vector<PeerStatus>>(*peers);
  peers->at(1).connected = false;
  node.node.peers = peers;
  node.publish();
  const Json health = json(ask("GET", "/v1/health"), 503);
  CHECK(health["reachable_power"] == 2);
  CHECK(health["quorum"] == 3);
  CHECK(health["reasons"].size() == 1);
}

TEST_CASE_METHOD(Served, "the newest events are remembered, rare ones longer", "[rpc]") {
  const auto at = std::chrono::system_clock::now();
  node.hub.tell(event::BanPeer{test::test_key(2).public_key(), "it lied"}, at);
  const auto block = std::make_shared<const Block>(
      make_block(Height{0}, genesis_pc(), test::test_hash("data"), {Bytes(1 << 20)}));
  node.hub.tell(event::InsertBlock{block}, at);
  for (std::uint64_t view = 1; view <= 2 * recent_events_max; ++view) {
    node.hub.tell(event::StartView{View{view}, test::test_key(1).public_key()}, at);
  }
  const Json all = json(ask("GET", "/v1/events/recent", "limit=512"), 200);
  CHECK(all["schema"] == "hs.events/v1");
  REQUIRE(all["events"].size() == recent_events_max);
  CHECK(all["events"].back()["view"] == 2 * recent_events_max);
  CHECK(block.use_count() == 1);  // nobody keeps a block's data for its event
  const Json rare = json(ask("GET", "/v1/events/recent", "type=BanPeer,InsertBlock"), 200);
  REQUIRE(rare["events"].size() == 1);
  CHECK(rare["events"][0]["why"] == "it lied");
  CHECK(json(ask("GET", "/v1/events/recent", "limit=2"), 200)["events"].size() == 2);
  CHECK(ask("GET", "/v1/events/recent", "type=Nonsense").get().status == 400);
}

TEST_CASE_METHOD(Served, "metrics are Prometheus text, and a peer's name cannot break it",
                 "[rpc]") {
  auto peers = std::make_shared<std::vector<PeerStatus>>(1);
  peers->front().name = "evil\"\n# TYPE x";
  peers->front().bytes_sent = 12;
  node.node.peers = peers;
  node.publish();
  const HttpResponse answer = ask("GET", "/metrics").get();
  CHECK(answer.content_type.starts_with("text/plain; version=0.0.4"));
  CHECK(answer.body.find("# TYPE hs_view gauge\nhs_view 4") != std::string::npos);
  CHECK(answer.body.find("# TYPE hs_committed_blocks_total counter\n") != std::string::npos);
  CHECK(answer.body.find("\n# TYPE x") == std::string::npos);
  CHECK(answer.body.find(R"(evil\"\n# TYPE x)") != std::string::npos);
}

TEST_CASE_METHOD(Served, "a transaction is accepted, and then committed, by its id", "[rpc]") {
  const Bytes transaction = node.encoded_put("k", "v");
  const std::string id = to_hex(transaction_id(transaction).view());
  const Json accepted = json(ask("POST", "/v1/transactions", "", body_of(transaction)), 200);
  CHECK(accepted["schema"] == "hs.tx_result/v1");
  CHECK(accepted["id"] == id);
  CHECK(accepted["status"] == "accepted");
  CHECK(accepted["height"].is_null());
  CHECK(json(ask("GET", "/v1/transactions/" + id), 200)["status"] == "accepted");
  node.commit_all();
  const Json committed = json(ask("GET", "/v1/transactions/" + id), 200);
  CHECK(committed["status"] == "committed");
  CHECK(committed["height"] == 3);
  CHECK(json(ask("GET", "/v1/transactions/" + id, "wait=committed"), 200)["status"] == "committed");
}

TEST_CASE_METHOD(Served, "a submission that waits is answered by the commit, with its latency",
                 "[rpc]") {
  const Bytes transaction = node.encoded_put("k", "v");
  auto waiting = ask("POST", "/v1/transactions", "wait=committed", body_of(transaction));
  // The submission travels on another thread; it is in the pool once the node says so.
  const std::string id = to_hex(transaction_id(transaction).view());
  while (ask("GET", "/v1/transactions/" + id).get().status != 200) std::this_thread::yield();
  node.commit_all();
  const Json result = json(std::move(waiting), 200);
  CHECK(result["status"] == "committed");
  CHECK(result["latency_ms"].is_number());
  CHECK(result["latency_ms"].get<double>() >= 0);
}

TEST_CASE_METHOD(Served, "sending a transaction again is safe", "[rpc]") {
  const Bytes transaction = node.encoded_put("k", "v");
  const std::string body = body_of(transaction);
  CHECK(json(ask("POST", "/v1/transactions", "", body), 200)["status"] == "accepted");
  CHECK(json(ask("POST", "/v1/transactions", "", body), 200)["status"] == "accepted");
  node.commit_all();
  CHECK(json(ask("POST", "/v1/transactions", "", body), 200)["status"] == "committed");
}

TEST_CASE_METHOD(Served, "a refused transaction says why", "[rpc]") {
  CHECK(json(ask("POST", "/v1/transactions", "", R"({"transaction":"00"})"), 400)["code"] ==
        "transaction_malformed");
  CHECK(json(ask("POST", "/v1/transactions", "", "{"), 400)["schema"] == "hs.error/v1");
  CHECK(ask("GET", "/v1/transactions/12").get().status == 400);
  CHECK(json(ask("GET", "/v1/transactions/" + std::string(64, 'a')), 404)["code"] ==
        "transaction_not_found");
}

TEST_CASE_METHOD(Served, "a batch is answered one by one, in its order", "[rpc]") {
  const Bytes good = node.encoded_put("k", "v");
  const std::string body =
      R"({"transactions":[")" + to_hex(good) + R"(","00",")" + to_hex(good) + "\"]}";
  const Json answer = json(ask("POST", "/v1/transactions", "", body), 200);
  CHECK(answer["schema"] == "hs.tx_results/v1");
  REQUIRE(answer["results"].size() == 3);
  CHECK(answer["results"][0]["status"] == "accepted");
  CHECK(answer["results"][1]["status"] == "rejected");
  CHECK(answer["results"][1]["reason"] == "malformed");
  CHECK(answer["results"][2]["status"] == "accepted");
}

TEST_CASE_METHOD(Served, "a wait that runs out says that nothing is lost", "[rpc]") {
  const Bytes transaction = node.encoded_put("k", "v");
  const Json answer = json(
      ask("POST", "/v1/transactions", "wait=committed&timeout_ms=1", body_of(transaction)), 504);
  CHECK(answer["code"] == "timed_out");
  CHECK(answer["details"]["id"] == to_hex(transaction_id(transaction).view()));
}

TEST_CASE_METHOD(Served, "a node that does not answer a submission does not hold the request",
                 "[rpc]") {
  node.answers_submissions = false;
  const Bytes transaction = node.encoded_put("k", "v");
  CHECK(ask("POST", "/v1/transactions", "timeout_ms=1", body_of(transaction)).get().status == 504);
  CHECK(json(ask("POST", "/v1/transactions", "wait=none", body_of(transaction)), 202)["status"] ==
        "submitted");
}

TEST_CASE_METHOD(Served, "what the node has not looked at does not grow without bound", "[rpc]") {
  node.answers_submissions = false;
  const std::string large = R"({"transaction":")" + std::string(1'000'000, '0') + "\"}";
  const std::string small = R"({"transactions":["00")" + [] {
    std::string more;
    for (int i = 0; i < 50'000; ++i) more += R"(,"00")";
    return more;
  }() + "]}";
  for (const std::string& body : {large, small}) {
    for (const std::string query : {"wait=none", "timeout_ms=1"}) {
      INFO(query);
      int taken = 0;
      while (taken < 100 && ask("POST", "/v1/transactions", query, body).get().status != 429) {
        ++taken;
      }
      CHECK(taken > 0);
      CHECK(taken < 20);
      CHECK(json(ask("POST", "/v1/transactions", query, body_of({1})), 429)["code"] ==
            "too_many_transactions");
      node.unanswered.clear();  // as when the node has looked at them
    }
  }
  CHECK(ask("POST", "/v1/transactions", "wait=none", body_of({1})).get().status == 202);
}

TEST_CASE_METHOD(Served, "a stream of a type that does not exist is refused", "[rpc]") {
  const auto open = [&](const std::string& query) {
    return routes.open_stream({.method = "GET", .path = "/v1/events", .query = query}, [] {});
  };
  CHECK(std::get<HttpResponse>(open("type=NoSuchEvent")).status == 400);
  CHECK(std::get<HttpResponse>(open("type=")).status == 400);
  CHECK(std::get<HttpResponse>(open("kind=CommitBlock")).status == 400);
  CHECK(std::get<std::shared_ptr<EventSubscription>>(open("type=CommitBlock,StartView")) !=
        nullptr);
}

TEST_CASE_METHOD(ServedToOwner, "the control door runs commands and tells their errors", "[rpc]") {
  node.service.admin["echo"] = [](const nlohmann::json& arguments) -> Result<Json> {
    if (!arguments.contains("word")) return fail(Errc::missing, "a word is missing");
    return Json{{"schema", "hs.echo/v1"}, {"word", arguments["word"]}};
  };
  CHECK(json(ask("POST", "/v1/admin/echo", "", R"({"word":"hi"})"), 200)["word"] == "hi");
  CHECK(json(ask("POST", "/v1/admin/echo", "", ""), 400)["message"] == "a word is missing");
  CHECK(ask("POST", "/v1/admin/echo", "", "[]").get().status == 400);
  CHECK(ask("POST", "/v1/admin/echo", "", "{").get().status == 400);
  CHECK(ask("GET", "/v1/admin/echo").get().status == 405);
  CHECK(ask("POST", "/v1/admin/reset").get().status == 404);
  CHECK(json(ask("GET", "/v1/status"), 200)["schema"] == "hs.chain_status/v1");
}

TEST_CASE_METHOD(Served, "no command is run through the TCP door", "[rpc]") {
  bool was_called = false;
  node.service.admin["stop"] = [&](const nlohmann::json&) -> Result<Json> {
    was_called = true;
    return Json::object();
  };
  CHECK(ask("POST", "/v1/admin/stop", "", "{}").get().status == 404);
  CHECK_FALSE(was_called);
}

}  // namespace hs
