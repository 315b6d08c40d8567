#include "lib/net/address.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

using test::test_key;

TEST_CASE("an address is read and printed back the same", "[net][address]") {
  for (const std::string text :
       {"127.0.0.1:7001", "[::1]:7001", "node-1.example.org:0", "[2001:db8::7]:65535", "a_b:1"}) {
    const auto address = parse_host_port(text);
    REQUIRE(address);
    CHECK(to_string(*address) == text);
  }
}

TEST_CASE("what is no address is refused", "[net][address]") {
  for (const std::string text :
       {"",         ":",           "host",     "host:",    ":1",       "host:x", "host:65536",
        "host:-1",  "host:1 ",     "ho st:1",  "::1:7001", "[host]:1", "[::1]",  "[::1:1",
        "ho\nst:1", "h\x1b[31m:1", "host:1:2", "[::g]:1",  "host/:1",  "h@t:1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host_port(text));
  }
  CHECK_FALSE(parse_host_port(std::string(host_bytes_max + 1, 'a') + ":1"));
}

TEST_CASE("a peer address is a key, an at sign and an address", "[net][address]") {
  const PeerAddress peer{.key = test_key(1).public_key(), .at = {.host = "10.0.0.1", .port = 9}};
  const auto parsed = parse_peer_address(to_string(peer));
  REQUIRE(parsed);
  CHECK(*parsed == peer);
  CHECK_FALSE(parse_peer_address("10.0.0.1:9"));
  CHECK_FALSE(parse_peer_address("abcd@10.0.0.1:9"));
  CHECK_FALSE(parse_peer_address(to_string(peer).substr(2)));
}

TEST_CASE("HTTP is served on a literal of the loopback interface alone", "[net][address]") {
  for (const char* good : {"127.0.0.1:80", "127.8.9.10:0", "[::1]:27001"}) {
    INFO(good);
    CHECK(parse_loopback_address(good));
  }
  // A name may mean something else tomorrow.
  for (const char* bad : {"0.0.0.0:80", "128.0.0.1:80", "[::]:80", "[::2]:80", "10.0.0.1:80",
                          "localhost:80", "127.0.0.1", "127.1:80"}) {
    INFO(bad);
    const auto parsed = parse_loopback_address(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Errc::bad_value);
  }
}

TEST_CASE("an encoded address with a host that cannot be printed is refused", "[net][address]") {
  const HostPort good{.host = "fe80::1", .port = 0x1234};
  Bytes bytes = to_borsh(good);
  CHECK(bytes[bytes.size() - 2] == 0x34);
  CHECK(bytes[bytes.size() - 1] == 0x12);
  REQUIRE(from_borsh<HostPort>(bytes));
  CHECK(*from_borsh<HostPort>(bytes) == good);
  bytes[4] = '\n';
  CHECK_FALSE(from_borsh<HostPort>(bytes));
  bytes[4] = 0;
  CHECK_FALSE(from_borsh<HostPort>(bytes));
  bytes[4] = 'f';
  bytes.pop_back();
  CHECK_FALSE(from_borsh<HostPort>(bytes));
}

}  // namespace
}  // namespace hs
