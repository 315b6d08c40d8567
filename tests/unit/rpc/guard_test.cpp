#include "lib/rpc/http.h"
#include "tests/support/catch.h"

namespace hs {
namespace {

constexpr std::uint16_t own_port = 27001;

int status_for(const HttpHead& head) {
  const auto refusal = refuse_foreign(head, own_port);
  return refusal ? refusal->status : 200;
}

HttpHead get(std::vector<std::string> hosts, std::vector<std::string> origins = {}) {
  return {.method = "GET",
          .hosts = std::move(hosts),
          .origins = std::move(origins),
          .content_type = "",
          .header_bytes = 100};
}

}  // namespace

// A page in a browser can send a request to this port under any name that it made resolve to the
// loopback; the browser then sends that name as Host. [CVE-2018-5702]
TEST_CASE("only a Host that is ourselves is answered", "[rpc]") {
  CHECK(status_for(get({"127.0.0.1:27001"})) == 200);
  CHECK(status_for(get({"localhost:27001"})) == 200);
  CHECK(status_for(get({"LocalHost:27001"})) == 200);
  CHECK(status_for(get({"[::1]:27001"})) == 200);

  CHECK(status_for(get({"evil.example:27001"})) == 403);
  CHECK(status_for(get({"127.0.0.1.evil.example:27001"})) == 403);
  CHECK(status_for(get({"127.0.0.1:27002"})) == 403);
  CHECK(status_for(get({"127.0.0.1"})) == 403);
  CHECK(status_for(get({"localhost"})) == 403);
  CHECK(status_for(get({""})) == 403);
  CHECK(status_for(get({})) == 403);
  CHECK(status_for(get({"127.0.0.1:27001", "evil.example:27001"})) == 403);
  CHECK(status_for(get({"user@127.0.0.1:27001"})) == 403);
}

TEST_CASE("a page of another origin is refused whatever its Host says", "[rpc]") {
  CHECK(status_for(get({"127.0.0.1:27001"}, {"http://127.0.0.1:27001"})) == 200);
  CHECK(status_for(get({"127.0.0.1:27001"}, {"http://localhost:27001"})) == 200);
  for (const char* origin : {"http://evil.example", "http://127.0.0.1:8080", "null", "",
                             "https://127.0.0.1:27001", "http://evil.example:27001",
                             "http://203.0.113.5:27001", "http://[2001:db8::1]:27001"}) {
    INFO(origin);
    CHECK(status_for(get({"127.0.0.1:27001"}, {origin})) == 403);
  }
}

TEST_CASE("a POST that a form could send is refused", "[rpc]") {
  HttpHead post = get({"127.0.0.1:27001"});
  post.method = "POST";
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data", "text/plain; application/json"}) {
    INFO(type);
    post.content_type = type;
    CHECK(status_for(post) == 415);
  }
  for (const char* type :
       {"application/json", "Application/JSON", "application/json; charset=utf-8"}) {
    INFO(type);
    post.content_type = type;
    CHECK(status_for(post) == 200);
  }
}

TEST_CASE("a header above its limit is refused", "[rpc]") {
  HttpHead head = get({"127.0.0.1:27001"});
  head.header_bytes = http_header_bytes_max;
  CHECK(status_for(head) == 200);
  head.header_bytes = http_header_bytes_max + 1;
  CHECK(status_for(head) == 431);
}

}  // namespace hs
