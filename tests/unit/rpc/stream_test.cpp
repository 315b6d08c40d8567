#include <atomic>
#include <thread>

#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "tests/support/catch.h"
#include "tests/unit/rpc/fake_node.h"
#include "tests/unit/rpc/raw_connection.h"

namespace hs {
namespace {

struct Streaming {
  Streaming() {
    node.grow();
    server = std::move(*RpcServer::start({}, node.service, node.hub));
  }
  std::unique_ptr<test::RawConnection> open(const std::string& query = "") {
    auto connection = std::make_unique<test::RawConnection>(server->port());
    connection->send("GET /v1/events" + query +
                     " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server->port()) + "\r\n\r\n");
    return connection;
  }
  void tell(std::uint64_t view) {
    node.hub.tell(event::ViewTimeout{View{view}}, std::chrono::system_clock::now());
  }
  RpcClient client() { return RpcClient(TcpEndpoint{"127.0.0.1", server->port()}); }

  test::FakeNode node;
  std::unique_ptr<RpcServer> server;
};

}  // namespace

TEST_CASE_METHOD(Streaming, "events come as JSON lines, in order, as they happen", "[rpc]") {
  std::atomic<bool> is_over = false;
  std::thread teller([&] {
    for (std::uint64_t view = 1; !is_over; ++view) {
      tell(view);
      node.hub.tell(event::StartSync{}, std::chrono::system_clock::now());
    }
  });
  std::vector<std::uint64_t> views;
  auto reader = client();
  const Status ended = reader.stream("/v1/events?type=ViewTimeout,StartView",
                                     std::chrono::seconds(20), [&](const std::string& line) {
                                       const Json event = Json::parse(line);
                                       CHECK(event.begin().key() == "schema");
                                       CHECK(event["event"] == "ViewTimeout");
                                       views.push_back(event["view"]);
                                       return views.size() < 1000;
                                     });
  is_over = true;
  teller.join();
  CHECK(ended.has_value());
  REQUIRE(views.size() == 1000);
  for (std::size_t i = 1; i < views.size(); ++i) CHECK(views[i] == views[i - 1] + 1);
}

TEST_CASE_METHOD(Streaming, "a reader that does not read is dropped, and nobody else notices",
                 "[rpc]") {
  const auto slow = open();
  REQUIRE(slow->read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  // More than all the buffers of the kernel hold, and far less than it would take to hurt.
  for (std::uint64_t view = 0; view < 200'000; ++view) tell(view);
  auto asking = client();
  CHECK(asking.get("/v1/status")->status == 200);
  const std::string rest = slow->read_all();
  CHECK(rest.find("too_slow") != std::string::npos);
  CHECK(rest.size() < (std::size_t{40} << 20));
}

TEST_CASE_METHOD(Streaming, "the hundred and first stream is refused, and status still answers",
                 "[rpc]") {
  std::vector<std::unique_ptr<test::RawConnection>> streams;
  for (std::size_t i = 0; i < event_streams_max; ++i) {
    streams.push_back(open());
    REQUIRE(streams.back()->read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
  CHECK(open()->read_until("\r\n").starts_with("HTTP/1.1 429"));
  auto asking = client();
  CHECK(asking.get("/v1/status")->status == 200);
  tell(1);
  for (const auto& stream : streams) {
    CHECK(stream->read_until("\"view\":1").find("ViewTimeout") != std::string::npos);
  }
}

TEST_CASE_METHOD(Streaming, "a stream whose reader is gone makes room for another", "[rpc]") {
  for (std::size_t i = 0; i < event_streams_max; ++i) {
    REQUIRE(open()->read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
  // Gone readers are noticed when something is written to them.
  std::string answer;
  for (int i = 0; i < 10'000 && !answer.starts_with("HTTP/1.1 200"); ++i) {
    tell(1);
    answer = open()->read_until("\r\n");
  }
  CHECK(answer.starts_with("HTTP/1.1 200"));
}

TEST_CASE_METHOD(Streaming, "a stream that is refused tells the client why", "[rpc]") {
  const Status ended = client().stream("/v1/events?type=Nonsense", std::chrono::seconds(5),
                                       [](const std::string&) { return true; });
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().code == Errc::bad_value);
  CHECK(ended.error().what.find("Nonsense") != std::string::npos);
}

TEST_CASE_METHOD(Streaming, "a stream ends when the node stops", "[rpc]") {
  const auto stream = open();
  REQUIRE(stream->read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  node.hub.close();
  const std::string rest = stream->read_all();
  CHECK(rest.ends_with("0\r\n\r\n"));
  CHECK(rest.find("too_slow") == std::string::npos);
}

TEST_CASE_METHOD(Streaming, "what was told before the node stops reaches the readers of streams",
                 "[rpc][S26]") {
  const auto stream = open();
  REQUIRE(stream->read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  constexpr std::uint64_t events = 5'000;
  for (std::uint64_t view = 1; view <= events; ++view) tell(view);
  node.hub.close();
  std::thread stopping([this] { server.reset(); });
  const std::string rest = stream->read_all();
  stopping.join();
  CHECK(rest.find("\"view\":" + std::to_string(events) + "}") != std::string::npos);
  CHECK(rest.ends_with("0\r\n\r\n"));
}

}  // namespace hs
