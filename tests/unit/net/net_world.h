// Transports, and peers that do not keep to the rules, over real loopback sockets in one event
// loop.
#pragma once
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <numeric>

#include "lib/net/hello.h"
#include "lib/net/tls_session.h"
#include "lib/net/transport.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs::test {

// Turns the loop until `condition` holds; false after a deadline that only a failure reaches.
template <class Condition>
[[nodiscard]] bool run_until(asio::io_context& loop, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (loop.stopped()) loop.restart();
    loop.run_one_for(std::chrono::milliseconds(5));
  }
  return true;
}

struct Received {
  PublicKey from;
  Channel channel;
  Bytes body;
};

// One transport and all that it said.
class TestNode {
 public:
  TestNode(asio::io_context& loop, std::uint8_t key, TransportConfig config = default_config())
      : key_(test_key(key)), loop_(loop) {
    config.seed = key;
    transport_ = std::make_unique<Transport>(loop, key_, config, callbacks());
  }

  static TransportConfig default_config() {
    TransportConfig config;
    config.chain_id = ChainId{1};
    config.genesis_hash = sha256(as_bytes("genesis"));
    config.node_name = "node";
    config.listen = {.host = "127.0.0.1", .port = 0};
    config.limits.sweep_interval = std::chrono::milliseconds(5);
    return config;
  }

  Transport* operator->() { return transport_.get(); }
  [[nodiscard]] const PublicKey& key() const { return key_.public_key(); }
  [[nodiscard]] HostPort at() const {
    return {.host = "127.0.0.1", .port = transport_->local_port()};
  }
  [[nodiscard]] std::uint64_t closed(CloseReason reason) const {
    return transport_->counters().closed[static_cast<std::size_t>(reason)];
  }
  // Connections that exist, in whatever state.
  [[nodiscard]] std::uint64_t open_connections() const {
    const TransportCounters& counters = transport_->counters();
    const auto& ends = counters.closed;
    return counters.accepted + counters.dialed - std::accumulate(ends.begin(), ends.end(), 0ULL);
  }
  [[nodiscard]] bool logged(const std::string& part) const {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  }
  void destroy() { transport_.reset(); }

  std::vector<PublicKey> ups;
  std::vector<std::pair<PublicKey, CloseReason>> downs;
  std::vector<Received> frames;
  std::vector<PeerAddress> heard;
  std::vector<std::string> lines;
  std::function<void(const Received&)> on_frame;
  std::function<void(const PublicKey&)> on_up;

 private:
  TransportCallbacks callbacks() {
    TransportCallbacks calls;
    calls.on_peer_up = [this](const PublicKey& peer, const PeerInfo&) {
      ups.push_back(peer);
      if (on_up) on_up(peer);
    };
    calls.on_peer_down = [this](const PublicKey& peer, CloseReason reason, const std::string&) {
      downs.emplace_back(peer, reason);
    };
    calls.on_frame = [this](const PublicKey& peer, Channel channel, Bytes body) {
      frames.push_back({peer, channel, std::move(body)});
      if (on_frame) on_frame(frames.back());
    };
    calls.on_known_peers = [this](const PublicKey&, const std::vector<PeerAddress>& peers) {
      heard.insert(heard.end(), peers.begin(), peers.end());
    };
    calls.log = [this](NetLogLevel, const std::string& line) { lines.push_back(line); };
    return calls;
  }

  SecretKey key_;
  asio::io_context& loop_;
  std::unique_ptr<Transport> transport_;
};

[[nodiscard]] inline SharedBody body_of(std::string_view text) {
  return std::make_shared<const Bytes>(to_bytes(text));
}

// Lets each know and allow the others, and starts them.
inline void start_mesh(std::vector<TestNode*> nodes) {
  std::set<PublicKey> keys;
  for (TestNode* node : nodes) keys.insert(node->key());
  for (TestNode* node : nodes) {
    (*node)->set_allowed(keys);
    REQUIRE((*node)->start());
  }
  for (TestNode* node : nodes) {
    for (TestNode* other : nodes) (*node)->add_peer(other->key(), other->at());
  }
}

// A plain TCP connection that sends what it is told and notices when it is closed.
class RawSocket {
 public:
  RawSocket(asio::io_context& loop, std::uint16_t port) : socket_(loop) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.non_blocking(true);
  }
  explicit RawSocket(asio::ip::tcp::socket accepted) : socket_(std::move(accepted)) {
    socket_.non_blocking(true);
  }

  // As much as the socket takes; how much.
  std::size_t send(BytesView bytes) {
    asio::error_code error;
    const std::size_t sent = socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
    cut_off_ = cut_off_ || (error && error != asio::error::would_block);
    return sent;
  }
  // Did sending fail, since the other side is gone altogether?
  [[nodiscard]] bool is_cut_off() const { return cut_off_; }
  // What has arrived since the last call; closed() afterwards tells whether more can come.
  Bytes receive() {
    Bytes all;
    std::array<std::uint8_t, 16 << 10> buffer;
    asio::error_code error;
    while (!error) {
      const std::size_t bytes = socket_.receive(asio::buffer(buffer), 0, error);
      all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(bytes));
    }
    closed_ = closed_ || (error != asio::error::would_block && error != asio::error::try_again);
    return all;
  }
  [[nodiscard]] bool closed() const { return closed_; }
  // Ended by the other side, by now?
  [[nodiscard]] bool is_closed() {
    static_cast<void>(receive());
    return closed_;
  }

 private:
  asio::ip::tcp::socket socket_;
  bool closed_ = false;
  bool cut_off_ = false;
};

// One end of a TLS connection with a key (or an SSL_CTX) of its own that says what it is told.
class RawPeer {
 public:
  RawPeer(asio::io_context& loop, TestNode& node, SSL_CTX& context)
      : RawPeer(RawSocket(loop, node->local_port()), TlsSession::Role::client, node, context) {}
  RawPeer(RawSocket socket, TlsSession::Role role, TestNode& node, SSL_CTX& context)
      : socket_(std::move(socket)),
        allowed_(std::make_unique<const std::set<PublicKey>>(std::set{node.key()})) {
    auto session = TlsSession::make(context, role, *allowed_);
    REQUIRE(session);
    session_ = std::move(*session);
  }

  // Moves bytes both ways.
  void step() {
    if (failed_) return;
    const Bytes bytes = socket_.receive();
    if (!session_->feed(bytes)) failed_ = true;
    if (!ready_ && !failed_) {
      const auto done = session_->handshake();
      if (!done) error_ = done.error().what;
      failed_ = !done;
      ready_ = done && *done;
    }
    std::array<std::uint8_t, 16 << 10> buffer;
    while (ready_ && !failed_) {
      const auto count = session_->read(buffer);
      if (!count) error_ = count.error().what;
      failed_ = !count;
      if (!count || *count == 0) break;
      BytesView view = BytesView(buffer).first(*count);
      while (!view.empty()) {
        auto frame = decoder_.next(view, frame_bytes_max);
        REQUIRE(frame);
        if (*frame) frames.push_back(std::move(**frame));
      }
    }
    flush();
  }
  void flush() {
    const BytesView out = session_->outgoing();
    if (!out.empty()) session_->sent(socket_.send(out));
  }

  void send(BytesView plain) {
    REQUIRE(ready_);
    REQUIRE(session_->write(plain));
    flush();
  }
  void send_frame(Channel channel, BytesView body) {
    const FrameHeader header = frame_header(channel, body.size());
    send(header);
    send(body);
  }
  void send_hello() {
    const TransportConfig config = TestNode::default_config();
    send_frame(Channel::hello, encode_greeting(Hello{.chain_id = config.chain_id,
                                                     .genesis_hash = config.genesis_hash,
                                                     .node_name = "raw\n\x1b",
                                                     .listens = {},
                                                     .known_peers = {}}));
  }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] bool is_cut_off() const { return socket_.is_cut_off(); }
  [[nodiscard]] bool ended() const { return failed_ || socket_.closed(); }
  [[nodiscard]] const std::string& error() const { return error_; }
  std::vector<Frame> frames;

 private:
  RawSocket socket_;
  std::unique_ptr<const std::set<PublicKey>> allowed_;  // stays where the session looks for it
  std::unique_ptr<TlsSession> session_;
  FrameDecoder decoder_;
  bool ready_ = false;
  bool failed_ = false;
  std::string error_;
};

}  // namespace hs::test
