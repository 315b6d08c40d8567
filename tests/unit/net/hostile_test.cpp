// What a transport does with those who are wrong, slow or malicious. Every test ends with the
// transport still serving an honest peer.
#include "lib/net/transport.h"

#include "tests/unit/net/net_world.h"
#include "tests/unit/net/tls_contexts.h"

namespace hs {
namespace {

using namespace std::chrono_literals;
using test::body_of;
using test::RawPeer;
using test::RawSocket;
using test::run_until;
using test::test_key;
using test::TestNode;
using When = Transport::WhenFull;

constexpr std::uint8_t raw_key = 50;
constexpr std::uint8_t honest_key = 60;

// A transport that allows the raw peer and the honest one.
struct World {
  explicit World(TransportConfig config = TestNode::default_config())
      : node(loop, 1, config), context(make_tls_context(test_key(raw_key))) {
    REQUIRE(context);
    node->set_allowed({test_key(raw_key).public_key(), test_key(honest_key).public_key()});
    REQUIRE(node->start());
  }
  ~World() { CHECK(serves_honest_peer()); }

  // A raw peer whose handshake is complete and that has read the node's hello.
  RawPeer greeted_peer() {
    RawPeer peer(loop, node, **context);
    REQUIRE(run_until(loop, [&] {
      peer.step();
      return !peer.frames.empty();
    }));
    REQUIRE(peer.frames[0].channel == Channel::hello);
    return peer;
  }
  RawPeer up_peer() {
    RawPeer peer = greeted_peer();
    peer.send_hello();
    REQUIRE(run_until(loop, [&] { return node->is_up(test_key(raw_key).public_key()); }));
    return peer;
  }
  // The raw peer is closed, for this reason, and was told `words`.
  void expect_refusal(RawPeer& peer, CloseReason reason, const std::string& words) {
    REQUIRE(run_until(loop, [&] {
      peer.step();
      return peer.ended();
    }));
    CHECK(node.closed(reason) == 1);
    REQUIRE_FALSE(peer.frames.empty());
    const auto greeting = decode_greeting(peer.frames.back().body);
    REQUIRE(greeting);
    REQUIRE(std::holds_alternative<Refusal>(*greeting));
    CHECK(std::get<Refusal>(*greeting).reason.find(words) != std::string::npos);
    CHECK(node.logged(words));
  }
  // The honest peer does the dialing, so that it has to come in past what the test has put there.
  bool serves_honest_peer() {
    TransportConfig config = TestNode::default_config();
    config.limits.dial_patience = 0ms;
    TestNode honest(loop, honest_key, config);
    honest->set_allowed({node.key()});
    if (!honest->start()) return false;
    honest->add_peer(node.key(), node.at());
    return run_until(loop, [&] { return honest->is_up(node.key()) && node->is_up(honest.key()); });
  }

  asio::io_context loop;
  TestNode node;
  Result<TlsPtr<SSL_CTX>> context;
};

TEST_CASE("garbage and plain HTTP on the port are closed", "[net][hostile]") {
  World world;
  for (const std::string& text :
       {std::string("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), std::string(1000, '\xff'),
        std::string(100'000, '\0'),
        std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x')}) {
    RawSocket socket(world.loop, world.node->local_port());
    socket.send(as_bytes(text));
    REQUIRE(run_until(world.loop, [&] { return socket.is_closed(); }));
  }
  CHECK(world.node.closed(CloseReason::handshake_failed) == 4);
}

TEST_CASE("a connection that says nothing is closed in time", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.preauth_time_max = 250ms;
  World world(config);
  RawSocket silent(world.loop, world.node->local_port());
  RawSocket stuck(world.loop, world.node->local_port());
  stuck.send(
      as_bytes(std::string("\x16\x03\x01\x02\x00\x01", 6)));  // a ClientHello that never ends
  REQUIRE(run_until(world.loop, [&] { return silent.is_closed() && stuck.is_closed(); }));
  CHECK(world.node.closed(CloseReason::preauth_timeout) == 2);
}

TEST_CASE("an authenticated key that sends no hello is closed in time", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.preauth_time_max = 600ms;
  World world(config);
  RawPeer peer = world.greeted_peer();
  REQUIRE(run_until(world.loop, [&] {
    peer.step();
    return peer.ended();
  }));
  CHECK(world.node.ups.empty());
  CHECK(world.node.closed(CloseReason::preauth_timeout) == 1);
}

TEST_CASE("a stranger's certificate is refused", "[net][hostile]") {
  World world;
  const auto context = make_tls_context(test_key(99));
  REQUIRE(context);
  RawPeer stranger(world.loop, world.node, **context);
  REQUIRE(run_until(world.loop, [&] {
    stranger.step();
    return stranger.ended();
  }));
  CHECK(stranger.ready());  // its own handshake succeeded; only then did it learn
  CHECK(stranger.frames.empty());
  CHECK(world.node.closed(CloseReason::unknown_key) == 1);
  CHECK(world.node.ups.empty());
}

TEST_CASE("RSA certificates, TLS 1.2 and other protocols are refused", "[net][hostile]") {
  World world;
  std::uint64_t refused = 0;
  for (const auto fault : {test::BadTls::rsa_certificate, test::BadTls::tls_1_2,
                           test::BadTls::no_certificate, test::BadTls::wrong_alpn}) {
    CAPTURE(static_cast<int>(fault));
    const auto context = test::make_bad_context(fault, test_key(raw_key));
    RawPeer peer(world.loop, world.node, *context);
    REQUIRE(run_until(world.loop, [&] {
      peer.step();
      return peer.ended();
    }));
    CHECK(world.node.closed(CloseReason::handshake_failed) == ++refused);
  }
  CHECK(world.node.ups.empty());
}

TEST_CASE("whoever answers a dial must have the key that was dialed", "[net][hostile]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  TestNode b(loop, 2);
  const PublicKey other = test_key(3).public_key();
  TransportConfig config = TestNode::default_config();
  config.limits.dial_patience = 0ms;
  TestNode dialer(loop, 4, config);
  b->set_allowed({dialer.key()});
  REQUIRE(b->start());
  dialer->set_allowed({b.key(), other});
  REQUIRE(dialer->start());
  dialer->add_peer(other, b.at());  // b's address under another key
  REQUIRE(run_until(loop, [&] { return dialer.closed(CloseReason::wrong_peer) >= 1; }));
  CHECK(dialer.ups.empty());
}

TEST_CASE("another chain or genesis closes the connection, and both sides say why",
          "[net][hostile]") {
  for (const bool other_chain : {true, false}) {
    asio::io_context loop;
    TransportConfig config = TestNode::default_config();
    TestNode a(loop, 1, config);
    if (other_chain) {
      config.chain_id = ChainId{2};
    } else {
      config.genesis_hash = sha256(as_bytes("another genesis"));
    }
    TestNode b(loop, 2, config);
    test::start_mesh({&a, &b});
    const std::string words = other_chain ? "chain id: ours " : "genesis: ours ";
    REQUIRE(run_until(loop, [&] { return a.logged(words) && b.logged(words); }));
    CHECK(a.ups.empty());
    CHECK(b.ups.empty());
  }
}

TEST_CASE("a peer of another chain is told so", "[net][hostile]") {
  World world;
  RawPeer peer = world.greeted_peer();
  Hello hello{.chain_id = ChainId{666},
              .genesis_hash = {},
              .node_name = "x",
              .listens = {},
              .known_peers = {}};
  peer.send_frame(Channel::hello, encode_greeting(hello));
  world.expect_refusal(peer, CloseReason::hello_mismatch, "chain id: ours 1, theirs 666");
}

TEST_CASE("a peer with another wire version is told so", "[net][hostile]") {
  World world;
  RawPeer peer = world.greeted_peer();
  peer.send_frame(Channel::hello, Bytes{0, 9, 0, 0, 0});
  world.expect_refusal(peer, CloseReason::hello_mismatch, "wire version: ours 1, theirs 9");
}

TEST_CASE("a malformed hello is refused", "[net][hostile]") {
  World world;
  RawPeer peer = world.greeted_peer();
  peer.send_frame(Channel::hello, Bytes{0, 1, 0, 0, 0, 7});
  world.expect_refusal(peer, CloseReason::bad_frame, "");
}

TEST_CASE("no frame is taken before the hello", "[net][hostile]") {
  World world;
  RawPeer peer = world.greeted_peer();
  peer.send_frame(Channel::message, Bytes{1, 2, 3});
  world.expect_refusal(peer, CloseReason::bad_frame, "a frame before the hello");
  CHECK(world.node.frames.empty());
}

TEST_CASE("a second hello, an unknown channel, a frame too long: refused", "[net][hostile]") {
  const std::vector<std::pair<Bytes, std::string>> cases{
      {Bytes{1, 0, 0, 0, 4}, "unknown channel 4"},
      {Bytes{0, 0, 0, 0, 1}, "a frame of length 0"},
      {Bytes{0xff, 0xff, 0xff, 0xff, 1}, "a frame of 4294967295 bytes"},
      {Bytes{2, 0, 0, 0, 3, 1}, "a ping with a body"},
  };
  for (const auto& [bytes, words] : cases) {
    CAPTURE(words);
    World world;
    RawPeer peer = world.up_peer();
    peer.send(bytes);
    world.expect_refusal(peer, CloseReason::bad_frame, words);
    REQUIRE(world.node.downs.size() == 1);
    CHECK(world.node.downs[0].second == CloseReason::bad_frame);
  }
  World world;
  RawPeer peer = world.up_peer();
  peer.send_hello();
  world.expect_refusal(peer, CloseReason::bad_frame, "a second hello");
}

TEST_CASE("a frame longer than a hello may be is refused before the hello", "[net][hostile]") {
  World world;
  RawPeer peer = world.greeted_peer();
  peer.send(frame_header(Channel::hello, hello_bytes_max + 1));
  world.expect_refusal(peer, CloseReason::bad_frame, "allowed here");
}

TEST_CASE("bytes before the hello are limited", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.preauth_bytes_max = 4'000;
  World world(config);
  RawPeer peer = world.greeted_peer();
  peer.send(frame_header(Channel::hello, hello_bytes_max));
  peer.send(Bytes(5'000, 1));
  REQUIRE(run_until(world.loop, [&] {
    peer.step();
    return peer.ended();
  }));
  CHECK(world.node.closed(CloseReason::preauth_bytes) == 1);
}

TEST_CASE("a frame cut off by the end of the connection is not delivered", "[net][hostile]") {
  World world;
  {
    RawPeer peer = world.up_peer();
    peer.send(frame_header(Channel::message, 100));
    peer.send(Bytes(99, 1));
  }
  REQUIRE(run_until(world.loop, [&] { return world.node.downs.size() == 1; }));
  CHECK(world.node.frames.empty());
}

TEST_CASE("a peer is announced before its first frame, however fast that comes", "[net][hostile]") {
  World world;
  std::size_t ups_at_frame = 0;
  world.node.on_frame = [&](const test::Received&) { ups_at_frame = world.node.ups.size(); };
  RawPeer peer = world.greeted_peer();
  peer.send_hello();
  peer.send_frame(Channel::message, as_bytes("at once"));
  REQUIRE(run_until(world.loop, [&] { return !world.node.frames.empty(); }));
  CHECK(ups_at_frame == 1);
}

TEST_CASE("the name of a peer is escaped", "[net][hostile]") {
  World world;
  const RawPeer peer = world.up_peer();
  REQUIRE(world.node->peers().size() == 1);
  CHECK(world.node->peers()[0].name == "raw\\x0a\\x1b");
}

TEST_CASE("connections without a hello are limited, and old ones make room", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.pending_max = 2;
  config.limits.preauth_time_max = std::chrono::hours(1);
  World world(config);
  RawSocket first(world.loop, world.node->local_port());
  RawSocket second(world.loop, world.node->local_port());
  RawSocket third(world.loop, world.node->local_port());
  REQUIRE(run_until(world.loop, [&] { return third.is_closed(); }));
  CHECK_FALSE(first.is_closed());
  CHECK(world.node.closed(CloseReason::pending_limit) == 1);
  CHECK(world.serves_honest_peer());  // although both places are taken by the silent
}

TEST_CASE("a flood of handshakes is cut, and an honest peer still comes in", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.handshakes_per_second_max = 2;
  config.limits.pending_max = 1'000;
  World world(config);
  std::vector<std::unique_ptr<RawSocket>> flood;
  for (int i = 0; i < 50; ++i) {
    flood.push_back(std::make_unique<RawSocket>(world.loop, world.node->local_port()));
  }
  REQUIRE(run_until(world.loop,
                    [&] { return world.node.closed(CloseReason::handshake_rate) > 0; }));
  CHECK(world.serves_honest_peer());
}

TEST_CASE("a refused peer that stays is cut off", "[net][hostile]") {
  World world;
  RawPeer peer = world.up_peer();
  peer.send(Bytes{1, 0, 0, 0, 4});
  REQUIRE(run_until(world.loop, [&] {
    peer.send(Bytes(1000, 1));  // it goes on, and does not close its side
    return peer.is_cut_off();
  }));
}

TEST_CASE("a frame that trickles in is ended", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.frame_grace = 20ms;
  config.limits.frame_bytes_per_second_min = 1'000'000;
  World world(config);
  RawPeer peer = world.up_peer();
  peer.send(frame_header(Channel::message, 1'000'000));
  world.expect_refusal(peer, CloseReason::too_slow, "trickles");
}

TEST_CASE("a peer that is silent for too long is closed", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.idle_max = 200ms;
  World world(config);
  RawPeer peer = world.up_peer();
  REQUIRE(run_until(world.loop, [&] {
    peer.step();
    return peer.ended();
  }));
  CHECK(world.node.closed(CloseReason::idle) == 1);
}

TEST_CASE("a slow reader costs bounded memory and its oldest frames", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.queue_bytes_max = 1 << 20;
  World world(config);
  RawPeer peer = world.up_peer();
  const PublicKey key = test_key(raw_key).public_key();
  const auto filler = std::make_shared<const Bytes>(100'000, std::uint8_t{1});
  std::size_t largest = 0;
  REQUIRE(world.node->send(key, Channel::message, body_of("vote 1"), When::keep));
  for (int i = 0; i < 400; ++i) {
    REQUIRE(world.node->send(key, Channel::message, filler, When::drop));
    if (i == 300) REQUIRE(world.node->send(key, Channel::message, body_of("vote 2"), When::keep));
    world.loop.poll();
    largest = std::max(largest, world.node->peers().at(0).queue_bytes);
  }
  REQUIRE(world.node->send(key, Channel::message, body_of("last"), When::drop));
  CHECK(largest <= (1 << 20) + (64 << 10));
  CHECK(world.node->peers().at(0).frames_dropped > 100);
  CHECK(world.node->counters().frames_dropped == world.node->peers().at(0).frames_dropped);
  REQUIRE(run_until(world.loop, [&] {
    peer.step();
    return !peer.frames.empty() && to_string(peer.frames.back().body) == "last";
  }));
  std::vector<std::string> words;
  for (const Frame& frame : peer.frames) {
    if (frame.channel == Channel::message && frame.body.size() < 100) {
      words.push_back(to_string(frame.body));
    }
  }
  CHECK(words == std::vector<std::string>{"vote 1", "vote 2", "last"});
}

TEST_CASE("a slow reader whose queue holds nothing that may be dropped is closed",
          "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.queue_bytes_max = 1 << 20;
  World world(config);
  const RawPeer peer = world.up_peer();
  const PublicKey key = test_key(raw_key).public_key();
  const auto vote = std::make_shared<const Bytes>(100'000, std::uint8_t{1});
  for (int i = 0; i < 400 && world.node->is_up(key); ++i) {
    world.node->send(key, Channel::message, vote, When::keep);
    world.loop.poll();
  }
  CHECK_FALSE(world.node->is_up(key));
  CHECK(world.node.closed(CloseReason::queue_full) == 1);
}

TEST_CASE("a peer that takes nothing of what is sent is closed", "[net][hostile]") {
  TransportConfig config = TestNode::default_config();
  config.limits.queue_bytes_max = 1 << 20;
  config.limits.idle_max = 300ms;
  World world(config);
  RawPeer peer = world.up_peer();
  const PublicKey key = test_key(raw_key).public_key();
  const auto filler = std::make_shared<const Bytes>(100'000, std::uint8_t{1});
  for (int i = 0; i < 200; ++i) {
    world.node->send(key, Channel::message, filler, When::drop);
    world.loop.poll();
  }
  REQUIRE(run_until(world.loop, [&] {
    peer.send_frame(Channel::ping, {});  // it says that it lives, and reads nothing
    world.loop.poll();
    return !world.node->is_up(key);
  }));
  CHECK(world.node.closed(CloseReason::idle) == 1);
}

}  // namespace
}  // namespace hs
