// Which of two connections of one key stays, and that nothing is lost on the way. The peer is
// played by hand, so that the order of events is the test's choice and not the loop's.
#include "lib/net/transport.h"
#include "tests/unit/net/net_world.h"

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

// The peer's key is above or below the node's as the test needs it.
struct World {
  explicit World(bool node_smaller)
      : keys(test_key(1).public_key() < test_key(2).public_key() ? std::pair<int, int>{1, 2}
                                                                 : std::pair<int, int>{2, 1}),
        peer_secret(test_key(static_cast<std::uint8_t>(node_smaller ? keys.second : keys.first))),
        node(loop, static_cast<std::uint8_t>(node_smaller ? keys.first : keys.second), config()),
        context(make_tls_context(peer_secret)),
        acceptor(loop, {asio::ip::address_v4::loopback(), 0}) {
    REQUIRE(context);
    node->set_allowed({peer()});
    REQUIRE(node->start());
  }
  static TransportConfig config() {
    TransportConfig made = TestNode::default_config();
    made.limits.dial_patience = 0ms;
    return made;
  }
  [[nodiscard]] const PublicKey& peer() const { return peer_secret.public_key(); }

  [[nodiscard]] RawPeer dial_node() { return RawPeer(loop, node, **context); }
  // The connection that the node dials.
  [[nodiscard]] RawPeer be_dialed() {
    node->add_peer(peer(), {.host = "127.0.0.1", .port = acceptor.local_endpoint().port()});
    acceptor.non_blocking(true);
    asio::ip::tcp::socket socket(loop);
    asio::error_code error = asio::error::would_block;
    REQUIRE(run_until(loop, [&] {
      acceptor.accept(socket, error);
      return !error;
    }));
    return RawPeer(RawSocket(std::move(socket)), TlsSession::Role::server, node, **context);
  }
  // Both have said hello, and the node has heard it.
  void greet(RawPeer& end, std::size_t ups) {
    REQUIRE(run_until(loop, [&] {
      end.step();
      return !end.frames.empty();
    }));
    end.send_hello();
    REQUIRE(run_until(loop, [&] { return node.ups.size() == ups; }));
  }

  asio::io_context loop;
  std::pair<int, int> keys;
  SecretKey peer_secret;
  TestNode node;
  Result<TlsPtr<SSL_CTX>> context;
  asio::ip::tcp::acceptor acceptor;
};

TEST_CASE("of two connections in one direction the newer stays", "[net][replacement]") {
  World world(false);
  RawPeer old = world.dial_node();
  world.greet(old, 1);
  RawPeer next = world.dial_node();
  world.greet(next, 2);
  REQUIRE(world.node.downs.size() == 1);
  CHECK(world.node.downs[0].second == CloseReason::replaced);
  REQUIRE(run_until(world.loop, [&] {
    old.step();
    return old.ended();
  }));
  CHECK(world.node->send(world.peer(), Channel::message, body_of("new"), When::keep));
  REQUIRE(run_until(world.loop, [&] {
    next.step();
    return next.frames.size() == 2;
  }));
}

TEST_CASE("what the peer sent before its connection was replaced still arrives",
          "[net][replacement]") {
  World world(false);
  RawPeer old = world.dial_node();
  world.greet(old, 1);
  RawPeer next = world.dial_node();
  world.greet(next, 2);
  old.send_frame(Channel::message, as_bytes("on its way"));
  REQUIRE(run_until(world.loop, [&] { return world.node.frames.size() == 1; }));
  CHECK(world.node.frames[0].from == world.peer());
  CHECK(to_string(world.node.frames[0].body) == "on its way");
}

TEST_CASE("what waited in the queue of a replaced connection goes out on the new one",
          "[net][replacement]") {
  World world(false);
  RawPeer old = world.dial_node();
  world.greet(old, 1);
  const auto filler = std::make_shared<const Bytes>(100'000, std::uint8_t{1});
  for (int i = 0; i < 70; ++i) {  // more than the kernel takes from one who does not read
    REQUIRE(world.node->send(world.peer(), Channel::message, filler, When::drop));
    world.loop.poll();
  }
  REQUIRE(world.node->send(world.peer(), Channel::message, body_of("vote"), When::keep));
  RawPeer next = world.dial_node();
  world.greet(next, 2);
  REQUIRE(run_until(world.loop, [&] {
    next.step();
    return to_string(next.frames.back().body) == "vote";
  }));
  CHECK(world.node->counters().frames_unsent == 0);
}

TEST_CASE("of two dialed at once both sides keep the one dialed by the smaller key",
          "[net][replacement]") {
  SECTION("ours came first and stays") {
    World world(true);
    RawPeer ours = world.be_dialed();
    world.greet(ours, 1);
    RawPeer theirs = world.dial_node();
    world.greet(theirs, 1);
    theirs.send_frame(Channel::message, as_bytes("sent before it learnt"));
    REQUIRE(run_until(world.loop, [&] {
      theirs.step();
      return theirs.ended();
    }));
    CHECK(world.node.frames.size() == 1);
    CHECK(world.node.ups.size() == 1);
    CHECK(world.node.downs.empty());
    REQUIRE(world.node->peers().size() == 1);
    CHECK(world.node->peers()[0].direction == Direction::outbound);
  }
  SECTION("theirs came first and stays") {
    World world(false);
    RawPeer ours = world.be_dialed();  // dialed, but without a hello yet
    RawPeer theirs = world.dial_node();
    REQUIRE(run_until(world.loop, [&] {
      ours.step();
      return !ours.frames.empty();
    }));
    world.greet(theirs, 1);
    ours.send_hello();
    REQUIRE(run_until(world.loop, [&] {
      ours.step();
      return ours.ended();
    }));
    CHECK(world.node.downs.empty());
    CHECK(world.node->peers()[0].direction == Direction::inbound);
  }
  SECTION("theirs came first and gives way to ours") {
    World world(true);
    RawPeer ours = world.be_dialed();
    RawPeer theirs = world.dial_node();
    REQUIRE(run_until(world.loop, [&] {
      ours.step();
      return !ours.frames.empty();
    }));
    world.greet(theirs, 1);
    ours.send_hello();
    REQUIRE(run_until(world.loop, [&] { return world.node.ups.size() == 2; }));
    CHECK(world.node->peers()[0].direction == Direction::outbound);
    REQUIRE(run_until(world.loop, [&] {
      theirs.step();
      return theirs.ended();
    }));
  }
}

}  // namespace
}  // namespace hs
