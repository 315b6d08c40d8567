#include "lib/rpc/control_server.h"

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "lib/base/hex.h"
#include "lib/rpc/client.h"
#include "lib/rpc/encoding.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

struct Controlled {
  Controlled() {
    node.grow();
    node.service.admin["stop"] = [this](const nlohmann::json&) -> Result<Json> {
      ++stops;
      return Json{{"schema", "hs.node_stop/v1"}};
    };
    server = std::move(*ControlServer::start(path(), node.service, node.hub));
  }
  std::string path() const { return (folder / "ctl.sock").string(); }
  RpcClient client() const { return RpcClient(SocketEndpoint{path()}); }

  test::TempDir folder;
  test::FakeNode node;
  std::atomic<int> stops = 0;
  std::unique_ptr<ControlServer> server;
};

}  // namespace

TEST_CASE_METHOD(Controlled, "the control socket serves reads and commands", "[rpc]") {
  auto owner = client();
  CHECK((*json_of(*owner.get("/v1/status")))["schema"] == "hs.chain_status/v1");
  CHECK(owner.get("/v1/nothing")->status == 404);
  CHECK(owner.post("/v1/admin/stop", Json::object())->status == 200);
  CHECK(stops == 1);
  CHECK(owner.post("/v1/admin/format", Json::object())->status == 404);
}

TEST_CASE_METHOD(Controlled, "only its owner can open the control socket", "[rpc]") {
  struct stat about {};
  REQUIRE(::stat(path().c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
}

TEST_CASE_METHOD(Controlled, "a socket left behind is replaced, and removed at the end", "[rpc]") {
  server = nullptr;
  struct stat about {};
  CHECK(::stat(path().c_str(), &about) != 0);
  std::ofstream(path()) << "left behind";
  server = std::move(*ControlServer::start(path(), node.service, node.hub));
  auto owner = client();
  CHECK(owner.get("/v1/status")->status == 200);
}

TEST_CASE_METHOD(Controlled, "streams and waits never keep a node from being stopped", "[rpc]") {
  std::atomic<bool> is_over = false;
  std::vector<std::thread> readers;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 20; ++i) {
    readers.emplace_back([&, i] {
      auto reader = client();
      const std::string target =
          i % 2 == 0 ? "/v1/events"
                     : "/v1/transactions/" + std::string(64, 'a') + "?wait=committed";
      const Status ended = reader.stream(target, std::chrono::seconds(20),
                                         [&](const std::string&) { return !is_over; });
      if (!ended) ++refused;
    });
  }
  auto owner = client();
  CHECK(owner.post("/v1/admin/stop", Json::object())->status == 200);
  is_over = true;
  server = nullptr;  // ends what is still open
  for (std::thread& reader : readers) reader.join();
  CHECK(refused >= 10);
}

TEST_CASE_METHOD(Controlled, "a put over the control socket waits for its commit", "[rpc]") {
  std::atomic<bool> is_over = false;
  // Not before there is something to commit: whoever grows without a pause keeps others from the
  // node's lock.
  std::thread grower([&] {
    while (!is_over && node.submissions == 0) std::this_thread::yield();
    for (int i = 0; i < 4; ++i) node.grow();
  });
  auto owner = client();
  const auto reply =
      owner.post("/v1/transactions?wait=committed",
                 Json{{"operation", {{"kind", "put"}, {"key", "k"}, {"value", "v"}}}});
  is_over = true;
  grower.join();
  REQUIRE(reply.has_value());
  CHECK((*json_of(*reply))["status"] == "committed");
}

TEST_CASE_METHOD(Controlled, "a body above its limit is refused on the control socket too",
                 "[rpc]") {
  auto owner = client();
  const auto reply = owner.post("/v1/admin/stop", Json{{"x", std::string(2 << 20, 'x')}});
  CHECK((!reply.has_value() || reply->status == 413));
  CHECK(stops == 0);
}

TEST_CASE("a path that no socket can have is refused by name", "[rpc]") {
  test::FakeNode node;
  const auto server = ControlServer::start("/tmp/" + std::string(120, 'x'), node.service, node.hub);
  REQUIRE_FALSE(server.has_value());
  CHECK(server.error().code == Errc::too_long);
}

}  // namespace hs
