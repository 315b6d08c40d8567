#include "lib/rpc/server.h"

#include <sys/socket.h>

#include <future>
#include <thread>

#include "lib/base/hex.h"
#include "lib/rpc/client.h"
#include "tests/support/catch.h"
#include "tests/unit/rpc/fake_node.h"
#include "tests/unit/rpc/raw_connection.h"

namespace hs {
namespace {

struct Running {
  Running() {
    for (int i = 0; i < 4; ++i) node.grow();
    server = std::move(*RpcServer::start({}, node.service, node.hub));
    client.emplace(TcpEndpoint{"127.0.0.1", server->port()});
  }
  // The status line of the answer to a request written by hand.
  std::string raw(const std::string& request) {
    test::RawConnection connection(server->port());
    REQUIRE(connection.is_open());
    connection.send(request);
    return connection.read_until("\r\n");
  }
  std::string own_host() const { return "127.0.0.1:" + std::to_string(server->port()); }

  test::FakeNode node;
  std::unique_ptr<RpcServer> server;
  std::optional<RpcClient> client;
};

}  // namespace

TEST_CASE_METHOD(Running, "a node answers over HTTP with JSON", "[rpc]") {
  const auto reply = client->get("/v1/status");
  REQUIRE(reply.has_value());
  CHECK(reply->status == 200);
  CHECK((*json_of(*reply))["committed_height"] == 1);
  CHECK((*json_of(*client->get("/v1/blocks/head~1")))["height"] == 2);
  CHECK(client->get("/v1/nothing")->status == 404);
  CHECK(client->get("/metrics")->body.find("hs_view ") != std::string::npos);
}

TEST_CASE_METHOD(Running, "a put over HTTP is answered by its commit", "[rpc]") {
  auto put = std::async(std::launch::async, [&] {
    RpcClient other(TcpEndpoint{"127.0.0.1", server->port()});
    return other.post("/v1/transactions?wait=committed",
                      Json{{"operation", {{"kind", "put"}, {"key", "k"}, {"value", "v"}}}});
  });
  while (node.submissions == 0) std::this_thread::yield();
  node.commit_all();
  const auto reply = put.get();
  REQUIRE(reply.has_value());
  INFO(reply->body);
  CHECK(reply->status == 200);
  CHECK((*json_of(*reply))["status"] == "committed");
  CHECK((*json_of(*client->get("/v1/state/k")))["value"] == "v");
}

TEST_CASE_METHOD(Running, "what a browser could be made to send is refused on the wire", "[rpc]") {
  const std::string get = "GET /v1/status HTTP/1.1\r\n";
  CHECK(raw(get + "Host: " + own_host() + "\r\n\r\n").starts_with("HTTP/1.1 200"));
  CHECK(raw(get + "Host: evil.example:" + std::to_string(server->port()) + "\r\n\r\n")
            .starts_with("HTTP/1.1 403"));
  CHECK(raw(get + "\r\n").starts_with("HTTP/1.1 403"));
  CHECK(raw(get + "Host: " + own_host() + "\r\nhost: evil.example\r\n\r\n")
            .starts_with("HTTP/1.1 403"));
  CHECK(raw(get + "Host: " + own_host() + "\r\nOrigin: http://evil.example\r\n\r\n")
            .starts_with("HTTP/1.1 403"));
  CHECK(raw("POST /v1/transactions HTTP/1.1\r\nHost: " + own_host() +
            "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}")
            .starts_with("HTTP/1.1 415"));
}

TEST_CASE_METHOD(Running, "no answer allows a page of another origin to read it", "[rpc]") {
  test::RawConnection connection(server->port());
  connection.send("OPTIONS /v1/transactions HTTP/1.1\r\nHost: " + own_host() + "\r\n\r\n");
  CHECK(connection.read_until("\r\n\r\n").find("Access-Control") == std::string::npos);
}

TEST_CASE("a server listens on the loopback alone", "[rpc]") {
  test::FakeNode node;
  for (const char* host : {"0.0.0.0", "192.168.0.1", "localhost", "", "::"}) {
    INFO(host);
    const auto server = RpcServer::start({.host = host, .port = 0}, node.service, node.hub);
    REQUIRE_FALSE(server.has_value());
    CHECK(server.error().code == Errc::bad_value);
  }
}

TEST_CASE_METHOD(Running, "a port that is taken is told apart", "[rpc]") {
  const auto second =
      RpcServer::start({.host = "127.0.0.1", .port = server->port()}, node.service, node.hub);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == Errc::exists);
}

TEST_CASE_METHOD(Running, "a server stops with requests and streams open", "[rpc]") {
  test::RawConnection idle(server->port());
  test::RawConnection stream(server->port());
  stream.send("GET /v1/events HTTP/1.1\r\nHost: " + own_host() + "\r\n\r\n");
  REQUIRE(stream.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  test::RawConnection waiting(server->port());
  waiting.send("GET /v1/transactions/" + std::string(64, 'a') +
               "?wait=committed HTTP/1.1\r\nHost: " + own_host() + "\r\n\r\n");
  REQUIRE(client->get("/v1/status").has_value());
  server.reset();
  CHECK(waiting.read_all().empty());
  node.grow();
}

TEST_CASE("a client tells a refused connection from a silent server", "[rpc]") {
  std::uint16_t closed_port = 0;
  {
    test::FakeNode node;
    closed_port = (*RpcServer::start({}, node.service, node.hub))->port();
  }
  RpcClient refused(TcpEndpoint{"127.0.0.1", closed_port});
  CHECK(refused.get("/v1/status").error().code == Errc::unavailable);

  // Accepts by its backlog and never answers, like a paused process.
  const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(::bind(silent, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(::listen(silent, 4) == 0);
  REQUIRE(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  RpcClient waiting(
      TcpEndpoint{"127.0.0.1", ntohs(address.sin_port)},
      {.connect = std::chrono::milliseconds(50), .answer = std::chrono::milliseconds(50)});
  CHECK(waiting.get("/v1/status").error().code == Errc::timed_out);
  ::close(silent);
}

TEST_CASE("addresses are read as people write them", "[rpc]") {
  const auto tcp = parse_endpoint("http://127.0.0.1:27001/");
  REQUIRE(tcp.has_value());
  CHECK(to_string(*tcp) == "http://127.0.0.1:27001");
  CHECK(to_string(*parse_endpoint("localhost:1")) == "http://localhost:1");
  CHECK(to_string(*parse_endpoint("[::1]:1")) == "http://[::1]:1");
  CHECK(to_string(*parse_endpoint("unix:/run/ctl.sock")) == "unix:/run/ctl.sock");
  for (const char* bad :
       {"", "http://", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
        "https://127.0.0.1:1", "127.0.0.1:1/v1", "unix:", ":1", "a:1x"}) {
    INFO(bad);
    CHECK_FALSE(parse_endpoint(bad).has_value());
  }
  CHECK(percent_encode("a/b c\xff~") == "a%2Fb%20c%FF~");
}

}  // namespace hs
