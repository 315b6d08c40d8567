#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "lib/rpc/client.h"
#include "lib/rpc/http.h"
#include "lib/rpc/server.h"
#include "tests/support/catch.h"
#include "tests/unit/rpc/fake_node.h"
#include "tests/unit/rpc/raw_connection.h"

namespace hs {
namespace {

struct Limited {
  Limited() {
    node.grow();
    server = std::move(*RpcServer::start({}, node.service, node.hub));
  }
  std::string host_line() const {
    return "Host: 127.0.0.1:" + std::to_string(server->port()) + "\r\n";
  }
  std::string post(const std::string& body) {
    test::RawConnection connection(server->port());
    connection.send("POST /v1/transactions HTTP/1.1\r\n" + host_line() +
                    "Content-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n");
    connection.send(body);
    return connection.read_until("\r\n");
  }
  bool still_answers() {
    RpcClient client(TcpEndpoint{"127.0.0.1", server->port()});
    const auto reply = client.get("/v1/status");
    return reply.has_value() && reply->status == 200;
  }
  test::FakeNode node;
  std::unique_ptr<RpcServer> server;
};

}  // namespace

TEST_CASE_METHOD(Limited, "a body above 1 MiB is refused, and a far larger one ends the connection",
                 "[rpc]") {
  CHECK(post(std::string(http_body_bytes_max, ' ')).starts_with("HTTP/1.1 400"));
  CHECK(post(std::string(http_body_bytes_max + 1, ' ')).starts_with("HTTP/1.1 413"));
  CHECK(post(std::string(8 * http_body_bytes_max, ' ')).empty());
  CHECK(still_answers());
}

TEST_CASE_METHOD(Limited, "a body without end is cut off", "[rpc]") {
  test::RawConnection connection(server->port());
  connection.send("POST /v1/transactions HTTP/1.1\r\n" + host_line() +
                  "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::size_t sent = 0;
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  while (sent < 64 * http_body_bytes_max && connection.send(chunk)) sent += chunk.size();
  CHECK(sent < 64 * http_body_bytes_max);
  CHECK(still_answers());
}

TEST_CASE_METHOD(Limited, "malformed and deeply nested JSON are answered with 400", "[rpc]") {
  CHECK(post("{").starts_with("HTTP/1.1 400"));
  CHECK(post(std::string(1'000'000, '[')).starts_with("HTTP/1.1 400"));
  CHECK(post(R"({"transaction":7})").starts_with("HTTP/1.1 400"));
  CHECK(post("\xff\xfe").starts_with("HTTP/1.1 400"));
  CHECK(still_answers());
}

TEST_CASE_METHOD(Limited, "bytes that are no HTTP end the connection, not the server", "[rpc]") {
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("\r\n\r\n\r\n"), std::string(100, '\0'), std::string("GET\r\n"),
        std::string("GET /v1/status HTTP/9.9\r\n\r\n"),
        "POST /v1/transactions HTTP/1.1\r\nContent-Length: -5\r\n\r\n" + std::string(5, 'x'),
        "POST /v1/transactions HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n" +
            std::string(5, 'x')}) {
    test::RawConnection connection(server->port());
    connection.send(garbage);
    connection.finish_sending();
    CHECK_FALSE(connection.read_until("\r\n").starts_with("HTTP/1.1 2"));
  }
  CHECK(still_answers());
}

TEST_CASE_METHOD(Limited, "a header above 16 KiB is refused or cut off", "[rpc]") {
  test::RawConnection refused(server->port());
  std::string fields;
  for (int i = 0; i < 20; ++i)
    fields += "X-" + std::to_string(i) + ": " + std::string(900, 'x') + "\r\n";
  refused.send("GET /v1/status HTTP/1.1\r\n" + host_line() + fields + "\r\n");
  CHECK(refused.read_until("\r\n").starts_with("HTTP/1.1 431"));

  test::RawConnection cut(server->port());
  cut.send("GET /v1/status HTTP/1.1\r\n" + host_line() + "X: ");
  const std::string more(4096, 'x');
  std::size_t sent = 0;
  while (sent < (std::size_t{64} << 20) && cut.send(more)) sent += more.size();
  CHECK(sent < (std::size_t{64} << 20));
  CHECK(still_answers());
}

TEST_CASE_METHOD(Limited, "the node answers again when more connections than its limit were open",
                 "[rpc]") {
  {
    std::vector<std::unique_ptr<test::RawConnection>> connections;
    for (std::size_t i = 0; i < http_connections_max + 20; ++i) {
      connections.push_back(std::make_unique<test::RawConnection>(server->port()));
    }
  }
  CHECK(still_answers());
}

TEST_CASE_METHOD(Limited, "a header that does not end is cut off, a body may take longer",
                 "[rpc]") {
  server = std::move(*RpcServer::start(
      {.header_time_max = std::chrono::milliseconds(50), .body_time_max = std::chrono::hours(1)},
      node.service, node.hub));
  test::RawConnection slow_body(server->port());
  slow_body.send("POST /v1/transactions HTTP/1.1\r\n" + host_line() +
                 "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{");
  // Ends when its time is over, and so is that of the header before it.
  for (const char* beginning : {"", "GET /v1/status HTTP/1.1\r\nHost: 127"}) {
    test::RawConnection slow_header(server->port());
    slow_header.send(beginning);
    CHECK(slow_header.read_all().empty());
  }
  slow_body.send("}");
  CHECK(slow_body.read_until("\r\n").starts_with("HTTP/1.1 400"));
  CHECK(slow_body.read_all().find("(silence)") == std::string::npos);  // idle from then on
}

TEST_CASE_METHOD(Limited, "a body that does not come is cut off", "[rpc]") {
  server = std::move(*RpcServer::start({.header_time_max = std::chrono::milliseconds(10),
                                        .body_time_max = std::chrono::milliseconds(10)},
                                       node.service, node.hub));
  test::RawConnection slow_body(server->port());
  slow_body.send("POST /v1/transactions HTTP/1.1\r\n" + host_line() +
                 "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{");
  CHECK(slow_body.read_all().empty());
}

TEST_CASE_METHOD(Limited, "a server that had no descriptor left answers once there are some",
                 "[rpc]") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int next_descriptor = ::dup(0);
  REQUIRE(next_descriptor >= 0);
  ::close(next_descriptor);
  rlimit scarce = before;
  scarce.rlim_cur = static_cast<rlim_t>(next_descriptor) + 1;  // for our end of a connection alone
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &scarce) == 0);
  test::RawConnection connection(server->port());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (server->failed_accepts() < 2 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(server->failed_accepts() >= 2);
  connection.send("GET /v1/status HTTP/1.1\r\n" + host_line() + "\r\n");
  CHECK(connection.read_until("\r\n").starts_with("HTTP/1.1 200"));
}

}  // namespace hs
