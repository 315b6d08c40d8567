#include "lib/net/hello.h"

#include "lib/base/limits.h"
#include "lib/net/escape.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

using test::test_key;

Hello sample() {
  Hello hello{.chain_id = ChainId{7},
              .genesis_hash = sha256(as_bytes("genesis")),
              .node_name = "n1",
              .listens = HostPort{.host = "127.0.0.1", .port = 7001},
              .known_peers = {}};
  hello.known_peers.push_back({.key = test_key(2).public_key(), .at = {.host = "h", .port = 2}});
  return hello;
}

TEST_CASE("a hello comes back from its bytes", "[net][hello]") {
  const auto greeting = decode_greeting(encode_greeting(sample()));
  REQUIRE(greeting);
  const Hello& hello = std::get<Hello>(*greeting);
  CHECK(hello.chain_id == ChainId{7});
  CHECK(hello.genesis_hash == sample().genesis_hash);
  CHECK(hello.node_name == "n1");
  CHECK(hello.listens == sample().listens);
  CHECK(hello.known_peers == sample().known_peers);
}

TEST_CASE("a hello cut anywhere, or with something behind it, is refused", "[net][hello]") {
  const Bytes bytes = encode_greeting(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(decode_greeting(BytesView(bytes).first(size)));
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(decode_greeting(longer));
}

TEST_CASE("another wire version is a mismatch that names both", "[net][hello]") {
  Bytes bytes = encode_greeting(sample());
  bytes[1] = 9;
  bytes.resize(5);  // nothing behind the version is looked at
  const auto greeting = decode_greeting(bytes);
  REQUIRE_FALSE(greeting);
  CHECK(greeting.error().code == Errc::mismatch);
  CHECK(greeting.error().what == "wire version: ours 1, theirs 9");
}

TEST_CASE("an encoded hello never exceeds its limits, whoever we know", "[net][hello]") {
  Hello hello = sample();
  hello.node_name = std::string(1'000, 'x');
  for (std::size_t i = 0; i < 3 * known_peers_max; ++i) {
    hello.known_peers.push_back({.key = test_key(3).public_key(), .at = {.host = "h", .port = 1}});
  }
  auto greeting = decode_greeting(encode_greeting(hello));
  REQUIRE(greeting);
  CHECK(std::get<Hello>(*greeting).known_peers.size() == known_peers_max);
  CHECK(std::get<Hello>(*greeting).node_name.size() == node_name_bytes_max);
  for (PeerAddress& peer : hello.known_peers) peer.at.host = std::string(host_bytes_max, 'h');
  const Bytes bytes = encode_greeting(hello);
  CHECK(bytes.size() <= hello_bytes_max);
  CHECK(bytes.size() > hello_bytes_max - 400);
  CHECK(decode_greeting(bytes));
}

TEST_CASE("a hello with more known peers than allowed is refused", "[net][hello]") {
  Hello hello = sample();
  hello.known_peers.clear();
  Bytes bytes = encode_greeting(hello);
  bytes.resize(bytes.size() - 4);
  BorshWriter writer;
  writer.raw(bytes);
  writer.count(known_peers_max + 1);
  for (std::size_t i = 0; i <= known_peers_max; ++i) encode(writer, sample().known_peers[0]);
  const auto greeting = decode_greeting(writer.bytes());
  REQUIRE_FALSE(greeting);
  CHECK(greeting.error().code == Errc::too_long);
}

TEST_CASE("another chain or genesis is named as the mismatch", "[net][hello]") {
  const Hello ours = sample();
  CHECK_FALSE(hello_mismatch(ours, ours));
  Hello theirs = ours;
  theirs.chain_id = ChainId{8};
  CHECK(hello_mismatch(ours, theirs) == "chain id: ours 7, theirs 8");
  theirs = ours;
  theirs.genesis_hash.bytes[0] ^= 1;
  REQUIRE(hello_mismatch(ours, theirs));
  CHECK(hello_mismatch(ours, theirs)->starts_with("genesis: ours "));
}

TEST_CASE("a refusal says why, within its length", "[net][hello]") {
  const auto greeting = decode_greeting(encode_greeting(Refusal{.reason = std::string(999, 'y')}));
  REQUIRE(greeting);
  CHECK(std::get<Refusal>(*greeting).reason == std::string(refusal_bytes_max, 'y'));
}

TEST_CASE("text of a peer cannot bring control characters or line breaks", "[net][escape]") {
  CHECK(escape_peer_text("plain text.", 64) == "plain text.");
  CHECK(escape_peer_text("a\nb\x1b[31m\\\xff", 64) == "a\\x0ab\\x1b[31m\\\\\\xff");
  CHECK(escape_peer_text("abcdef", 3) == "abc...");
}

}  // namespace
}  // namespace hs
