#include "lib/rpc/encoding.h"

#include "tests/support/catch.h"

namespace hs {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("base64 is that of RFC 4648 and only that", "[rpc]") {
  CHECK(to_base64(as_bytes("")) == "");
  CHECK(to_base64(as_bytes("f")) == "Zg==");
  CHECK(to_base64(as_bytes("fo")) == "Zm8=");
  CHECK(to_base64(as_bytes("foobar")) == "Zm9vYmFy");
  CHECK(from_base64("Zm9vYmFy") == to_bytes("foobar"));
  CHECK(from_base64("Zg==") == to_bytes("f"));
  for (const char* bad : {"Zg", "Zg=", "Zh==", " Zg==", "Zg==\n", "Z===", "Zm9v====", "Zm9?"}) {
    INFO(bad);
    CHECK_FALSE(from_base64(bad).has_value());
  }
}

TEST_CASE("only well-formed UTF-8 stands as text in JSON", "[rpc]") {
  CHECK(is_utf8(as_bytes("Grüße, 世界 🌍")));
  for (const std::string bad : {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xe4\xb8", "\x80"}) {
    CHECK_FALSE(is_utf8(as_bytes(bad)));
  }
  Json object;
  put_bytes(object, "text", as_bytes("hello"));
  put_bytes(object, "blob", as_bytes("\xff\x01"));
  CHECK(object.dump() == R"({"text":"hello","blob_b64":"/wE="})");
}

TEST_CASE("a name that is no UTF-8 does not stop an answer", "[rpc]") {
  CHECK(to_line(Json{{"name", "\xff"}}) == "{\"name\":\"\xef\xbf\xbd\"}");
}

TEST_CASE("times are RFC 3339 with milliseconds", "[rpc]") {
  const std::chrono::system_clock::time_point at{std::chrono::milliseconds(1'700'000'000'042)};
  CHECK(rfc3339(at) == "2023-11-14T22:13:20.042Z");
}

TEST_CASE("a query is decoded strictly", "[rpc]") {
  const auto query = parse_query("key=a%2Fb+c&limit=5&flag");
  REQUIRE(query.has_value());
  CHECK(query->at("key") == "a/b+c");
  CHECK(query->at("limit") == "5");
  CHECK(query->at("flag").empty());
  CHECK(parse_query("a=1&a=2").error().code == Errc::duplicate);
  CHECK_FALSE(parse_query("a=%4").has_value());
  CHECK_FALSE(parse_query("a=%zz").has_value());
}

TEST_CASE("JSON of a stranger is bounded in depth and has no key twice", "[rpc]") {
  CHECK(parse_json(R"({"a":[1,2]})").has_value());
  CHECK(parse_json(nested(json_depth_max)).has_value());
  CHECK(parse_json(nested(json_depth_max + 1)).error().code == Errc::too_long);
  CHECK(parse_json(nested(500'000)).error().code == Errc::too_long);
  CHECK(parse_json(R"({"a":1,"a":2})").error().code == Errc::duplicate);
  CHECK(parse_json(R"({"a":{"b":1},"c":{"b":1}})").has_value());
  for (const char* bad : {"", "{", "{\"a\":}", "nul", "{} {}", "{\"a\":\"\xff\"}", "[1,]"}) {
    INFO(bad);
    CHECK(parse_json(bad).error().code == Errc::bad_value);
  }
}

}  // namespace hs
