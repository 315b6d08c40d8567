// What honest transports do with each other.
#include "lib/net/transport.h"

#include "tests/unit/net/net_world.h"

namespace hs {
namespace {

using namespace std::chrono_literals;
using test::body_of;
using test::run_until;
using test::start_mesh;
using test::TestNode;
using When = Transport::WhenFull;

TEST_CASE("two transports exchange frames in order, both ways", "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  TestNode b(loop, 2);
  start_mesh({&a, &b});
  REQUIRE(run_until(loop, [&] { return a->is_up(b.key()) && b->is_up(a.key()); }));
  CHECK(a->send(b.key(), Channel::message, body_of("one"), When::keep));
  CHECK(a->send(b.key(), Channel::transactions, body_of("two"), When::drop));
  CHECK(a->send(b.key(), Channel::message, body_of(""), When::drop));
  CHECK(b->send(a.key(), Channel::message, body_of("back"), When::keep));
  REQUIRE(run_until(loop, [&] { return b.frames.size() == 3 && a.frames.size() == 1; }));
  CHECK(to_string(b.frames[0].body) == "one");
  CHECK(b.frames[0].from == a.key());
  CHECK(b.frames[1].channel == Channel::transactions);
  CHECK(to_string(b.frames[1].body) == "two");
  CHECK(b.frames[2].body.empty());
  CHECK(to_string(a.frames[0].body) == "back");
  const auto peers = a->peers();
  REQUIRE(peers.size() == 1);
  CHECK(peers[0].key == b.key());
  CHECK(peers[0].name == "node");
  CHECK(peers[0].listens == b.at());
  CHECK((peers[0].direction == Direction::outbound) == (a.key() < b.key()));
  CHECK(peers[0].frames_in == 1);
  CHECK(peers[0].queue_bytes == 0);
}

TEST_CASE("the largest frame arrives, a longer one is not sent", "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  TestNode b(loop, 2);
  start_mesh({&a, &b});
  REQUIRE(run_until(loop, [&] { return a->is_up(b.key()); }));
  const auto largest = std::make_shared<const Bytes>(frame_body_bytes_max, std::uint8_t{7});
  const auto longer = std::make_shared<const Bytes>(frame_body_bytes_max + 1, std::uint8_t{7});
  CHECK_FALSE(a->send(b.key(), Channel::message, longer, When::keep));
  CHECK(a->send(b.key(), Channel::message, largest, When::keep));
  REQUIRE(run_until(loop, [&] { return b.frames.size() == 1; }));
  CHECK(b.frames[0].body == *largest);
}

TEST_CASE("four transports form a full mesh, and a broadcast reaches all of it",
          "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1), b(loop, 2), c(loop, 3), d(loop, 4);
  const std::vector<TestNode*> nodes{&a, &b, &c, &d};
  start_mesh(nodes);
  REQUIRE(run_until(loop, [&] {
    return std::all_of(nodes.begin(), nodes.end(),
                       [](TestNode* node) { return (*node)->peers_up() == 3; });
  }));
  for (TestNode* node : nodes) {
    CHECK((*node)->broadcast(Channel::message, body_of("all"), When::keep) == 3);
  }
  REQUIRE(run_until(loop, [&] {
    return std::all_of(nodes.begin(), nodes.end(),
                       [](TestNode* node) { return node->frames.size() == 3; });
  }));
  for (TestNode* node : nodes) CHECK(node->ups.size() == 3);
}

TEST_CASE("many small frames of one turn share few writes", "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  TestNode b(loop, 2);
  start_mesh({&a, &b});
  REQUIRE(run_until(loop, [&] { return a->is_up(b.key()) && b->is_up(a.key()); }));
  const std::uint64_t writes_before = a->counters().writes;
  for (int i = 0; i < 1000; ++i) {
    CHECK(a->send(b.key(), Channel::message, body_of(std::to_string(i)), When::keep));
  }
  REQUIRE(run_until(loop, [&] { return b.frames.size() == 1000; }));
  for (int i = 0; i < 1000; ++i) CHECK(to_string(b.frames[i].body) == std::to_string(i));
  CHECK(a->counters().writes - writes_before <= 4);
}

TEST_CASE("both sides dial at once and one connection stays, with nothing lost",
          "[net][transport]") {
  for (std::uint8_t round = 0; round < 16; ++round) {
    CAPTURE(round);
    asio::io_context loop;
    TransportConfig config = TestNode::default_config();
    config.limits.dial_patience = 0ms;  // the larger key does not wait
    TestNode a(loop, static_cast<std::uint8_t>(1 + 2 * round), config);
    TestNode b(loop, static_cast<std::uint8_t>(2 + 2 * round), config);
    std::size_t sent_by_a = 0;
    std::size_t sent_by_b = 0;
    const auto chatter = [](TestNode& node, std::size_t& sent) {
      return [&node, &sent](const PublicKey& peer) {
        for (int i = 0; i < 50; ++i) {
          sent += node->send(peer, Channel::message, body_of("x"), When::keep) ? 1 : 0;
        }
      };
    };
    a.on_up = chatter(a, sent_by_a);
    b.on_up = chatter(b, sent_by_b);
    start_mesh({&a, &b});
    REQUIRE(run_until(loop, [&] {
      return a->is_up(b.key()) && b->is_up(a.key()) && a.open_connections() == 1 &&
             b.open_connections() == 1 && a.frames.size() == sent_by_b &&
             b.frames.size() == sent_by_a;
    }));
    REQUIRE(a->peers().size() == 1);
    REQUIRE(b->peers().size() == 1);
    CHECK(a->peers()[0].direction != b->peers()[0].direction);
    CHECK(sent_by_a >= 50);
    CHECK(a.ups.size() == a.downs.size() + 1);
    CHECK(b.ups.size() == b.downs.size() + 1);
  }
}

TEST_CASE("the larger key dials when the smaller one does not know it", "[net][transport]") {
  asio::io_context loop;
  TransportConfig config = TestNode::default_config();
  config.limits.dial_patience = 20ms;
  TestNode first(loop, 1, config);
  TestNode second(loop, 2, config);
  TestNode& small = first.key() < second.key() ? first : second;
  TestNode& large = &small == &first ? second : first;
  small->set_allowed({large.key()});
  large->set_allowed({small.key()});
  REQUIRE(small->start());
  REQUIRE(large->start());
  large->add_peer(small.key(), small.at());
  REQUIRE(run_until(loop, [&] { return small->is_up(large.key()) && large->is_up(small.key()); }));
  CHECK(large->peers()[0].direction == Direction::outbound);
}

TEST_CASE("a peer that restarts on its port is found again", "[net][transport]") {
  asio::io_context loop;
  TransportConfig config = TestNode::default_config();
  config.limits.dial_patience = 20ms;
  TestNode a(loop, 1, config);
  auto b = std::make_unique<TestNode>(loop, 2, config);
  start_mesh({&a, b.get()});
  REQUIRE(run_until(loop, [&] { return a->is_up(b->key()); }));
  const PublicKey key_b = b->key();
  for (std::size_t restart = 1; restart <= 3; ++restart) {
    config.listen = b->at();
    b.reset();
    REQUIRE(run_until(loop, [&] { return !a->is_up(key_b); }));
    REQUIRE(run_until(loop, [&] {
      const auto end = a->last_ends().find(key_b);
      return end != a->last_ends().end() && end->second.reason == CloseReason::unreachable;
    }));
    b = std::make_unique<TestNode>(loop, 2, config);
    (*b)->set_allowed({a.key()});
    REQUIRE((*b)->start());
    REQUIRE(run_until(loop, [&] { return a.ups.size() == restart + 1 && (*b)->is_up(a.key()); }));
    CHECK(a.downs.size() == restart);
    CHECK(a->last_ends().empty());
  }
  CHECK(a->send(key_b, Channel::message, body_of("hello again"), When::keep));
  REQUIRE(run_until(loop, [&] { return b->frames.size() == 1; }));
}

TEST_CASE("a newer connection of the same key takes the place of the old one", "[net][transport]") {
  asio::io_context loop;
  // The smaller key has both processes, so that both dial: one that came back before we missed it.
  const bool first_smaller = test::test_key(1).public_key() < test::test_key(2).public_key();
  TestNode a(loop, first_smaller ? 2 : 1);
  TestNode old(loop, first_smaller ? 1 : 2);
  TestNode twin(loop, first_smaller ? 1 : 2);
  a->set_allowed({old.key()});
  REQUIRE(a->start());
  for (TestNode* node : {&old, &twin}) {
    (*node)->set_allowed({a.key()});
    REQUIRE((*node)->start());
  }
  old->add_peer(a.key(), a.at());
  REQUIRE(run_until(loop, [&] { return a.ups.size() == 1 && old->is_up(a.key()); }));
  twin->add_peer(a.key(), a.at());
  REQUIRE(run_until(loop, [&] { return twin->is_up(a.key()) && a.ups.size() == 2; }));
  REQUIRE(a.downs.size() == 1);
  CHECK(a.downs[0].second == CloseReason::replaced);
  CHECK(a->peers_up() == 1);
  // Two processes with one key go on to replace each other, but not without pause.
  REQUIRE(run_until(loop, [&] { return a.ups.size() >= 4; }));
  CHECK(a->counters().accepted < 10);
}

TEST_CASE("who may connect no longer still gets what was queued", "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  TestNode b(loop, 2);
  start_mesh({&a, &b});
  REQUIRE(run_until(loop, [&] { return a->is_up(b.key()) && b->is_up(a.key()); }));
  CHECK(a->leaving() == 0);
  const auto body = std::make_shared<const Bytes>(1 << 20, std::uint8_t{7});
  for (int i = 0; i < 5; ++i) CHECK(a->send(b.key(), Channel::message, body, When::keep));
  a->set_allowed({});
  CHECK(a->leaving() == 1);
  REQUIRE(run_until(loop, [&] { return a->leaving() == 0; }));
  CHECK(b.frames.size() == 5);
}

TEST_CASE("peers are learnt from the hello of those who know them", "[net][transport]") {
  asio::io_context loop;
  TransportConfig config = TestNode::default_config();
  config.limits.dial_patience = 20ms;
  TestNode a(loop, 1, config), b(loop, 2, config), c(loop, 3, config);
  for (TestNode* node : {&a, &b, &c}) {
    (*node)->set_allowed({a.key(), b.key(), c.key()});
    REQUIRE((*node)->start());
  }
  a->add_peer(b.key(), b.at());
  REQUIRE(run_until(loop, [&] { return b->is_up(a.key()); }));
  c->add_peer(b.key(), b.at());
  REQUIRE(run_until(loop, [&] { return a->is_up(c.key()) && c->is_up(a.key()); }));
  REQUIRE_FALSE(c.heard.empty());
  CHECK(c.heard[0] == PeerAddress{.key = a.key(), .at = a.at()});
}

TEST_CASE("a key that is allowed later is connected then, and one taken out is closed",
          "[net][transport]") {
  asio::io_context loop;
  TransportConfig config = TestNode::default_config();
  config.limits.dial_patience = 20ms;
  TestNode a(loop, 1, config);
  TestNode b(loop, 2, config);
  a->set_allowed({});
  b->set_allowed({a.key()});
  REQUIRE(a->start());
  REQUIRE(b->start());
  a->add_peer(b.key(), b.at());
  b->add_peer(a.key(), a.at());
  REQUIRE(run_until(loop, [&] { return a.closed(CloseReason::unknown_key) >= 1; }));
  CHECK(b.ups.empty());
  a->set_allowed({b.key()});
  REQUIRE(run_until(loop, [&] { return a->is_up(b.key()) && b->is_up(a.key()); }));
  a->set_allowed({});
  CHECK_FALSE(a->is_up(b.key()));
  REQUIRE(run_until(loop, [&] { return a.downs.size() == 1 && !b->is_up(a.key()); }));
  CHECK(a.downs[0].second == CloseReason::unknown_key);
}

TEST_CASE("pings keep a quiet connection alive", "[net][transport]") {
  asio::io_context loop;
  TransportConfig config = TestNode::default_config();
  config.limits.ping_interval = 5ms;
  config.limits.idle_max = 300ms;
  TestNode a(loop, 1, config);
  TestNode b(loop, 2, config);
  start_mesh({&a, &b});
  REQUIRE(run_until(
      loop, [&] { return a->counters().frames_in >= 100 && b->counters().frames_in >= 100; }));
  CHECK(a.frames.empty());
  CHECK(a.downs.empty());
}

TEST_CASE("a busy address is an error that says so", "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  REQUIRE(a->start());
  TransportConfig config = TestNode::default_config();
  config.listen = a.at();
  TestNode b(loop, 2, config);
  const auto started = b->start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == Errc::exists);
  CHECK(started.error().what.find(to_string(a.at())) != std::string::npos);
  config.listen = {.host = "localhost", .port = 0};
  TestNode c(loop, 3, config);
  CHECK(c->start().error().code == Errc::bad_value);
  config.listen = {.host = "192.0.2.1", .port = 0};
  TestNode d(loop, 4, config);
  CHECK(d->start().error().code == Errc::unavailable);
}

TEST_CASE("a stopped transport says nothing more", "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  TestNode b(loop, 2);
  start_mesh({&a, &b});
  REQUIRE(run_until(loop, [&] { return a->is_up(b.key()) && b->is_up(a.key()); }));
  b->broadcast(Channel::message, body_of("late"), When::keep);
  a->stop();
  a->stop();
  const auto lines = a.lines.size();
  REQUIRE(run_until(loop, [&] { return b.downs.size() == 1; }));
  CHECK(b.downs[0].second == CloseReason::peer_closed);
  CHECK(a.frames.empty());
  CHECK(a.downs.empty());
  CHECK(a.lines.size() == lines);
  CHECK_FALSE(a->send(b.key(), Channel::message, body_of("x"), When::keep));
}

TEST_CASE("a callback may stop the transport", "[net][transport]") {
  asio::io_context loop;
  TestNode a(loop, 1);
  TestNode b(loop, 2);
  b.on_frame = [&](const test::Received&) { b->stop(); };
  start_mesh({&a, &b});
  REQUIRE(run_until(loop, [&] { return a->is_up(b.key()) && b->is_up(a.key()); }));
  for (int i = 0; i < 10; ++i) a->send(b.key(), Channel::message, body_of("stop"), When::keep);
  REQUIRE(run_until(loop, [&] { return a.downs.size() == 1; }));
  CHECK(b.frames.size() == 1);
}

}  // namespace
}  // namespace hs
