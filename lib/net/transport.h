// The peer transport: one mutual TLS 1.3 connection per peer, pinned to Ed25519 keys, on the
// caller's event loop. The certificate's key IS the sender of every frame; messages carry no other
// proof of origin. [PROTOCOL 7.4, 7.5, S21, S25]
//
// Threads: everything here, callbacks included, happens on the one thread that runs the io_context.
// Callbacks are never called from inside a method of Transport, so they may call any of them but
// the destructor; `log` alone is called from anywhere and must call none. What is_up() and peers()
// say can therefore be a step ahead of on_peer_up and on_peer_down. Nothing here blocks, and no
// exception leaves it.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/limits.h"
#include "lib/base/result.h"
#include "lib/crypto/sha256.h"
#include "lib/crypto/signatures.h"
#include "lib/net/address.h"
#include "lib/net/counters.h"
#include "lib/net/frame.h"
#include "lib/types/scalars.h"

namespace asio {
class io_context;
}

namespace hs {

// Times and bounds. The defaults are the product's; tests shorten them.
struct TransportLimits {
  using milliseconds = std::chrono::milliseconds;

  milliseconds preauth_time_max{5'000};  // from connect or accept to a good hello
  std::size_t preauth_bytes_max = hs::preauth_bytes_max;
  std::size_t pending_max = pending_connections_max;  // inbound without hello, in all
  // The same from one address. Loopback is exempt: all nodes of a local testnet share 127.0.0.1,
  // and whoever can connect from there can as well open 32 connections from 127.0.0.x.
  std::size_t pending_per_address_max = pending_connections_per_address_max;
  // Handshakes that others may begin in a second, beside two for each allowed key: one costs half a
  // millisecond. The second half of them is kept for addresses at which allowed keys are known.
  std::size_t handshakes_per_second_max = inbound_handshakes_per_second_max;
  milliseconds idle_max{60'000};  // without a byte from the peer, or of ours taken by it
  milliseconds ping_interval{15'000};
  milliseconds frame_grace{5'000};                     // a frame may be slow for this long,
  std::size_t frame_bytes_per_second_min = 1'000;      // then it must keep up this average
  std::size_t queue_bytes_max = peer_queue_bytes_max;  // of unsent frames, per peer
  milliseconds dial_backoff_min{20};                   // doubled with every failure, with jitter,
  milliseconds dial_backoff_max{2'000};                // up to this
  milliseconds dial_patience{2'000};  // how long the larger key waits before it dials, too
  milliseconds sweep_interval{250};   // how often the limits in time are looked at
};

struct TransportConfig {
  ChainId chain_id;
  Hash genesis_hash;
  std::string node_name;  // shown to peers; at most node_name_bytes_max bytes
  HostPort listen;        // an IP literal; port 0 takes any free one
  // What peers are told to dial; by default the listening address. A host of 0.0.0.0 or :: tells
  // them to use the address they see us at.
  std::optional<HostPort> advertised;
  std::vector<PeerAddress> peers;  // configured peers: addresses to dial once their key is allowed
  std::uint64_t seed = 0;          // of the jitter of reconnecting; differ from node to node
  TransportLimits limits;
};

enum class Direction { inbound, outbound };
[[nodiscard]] std::string_view to_string(Direction direction);

// What a peer said of itself and how it is connected.
struct PeerInfo {
  PublicKey key;
  std::string name;    // from its hello; printable ASCII only, anything else was escaped
  std::string remote;  // IP:PORT of the socket's other end
  std::optional<HostPort> listens;  // where it says it can be dialed
  Direction direction = Direction::inbound;
  std::chrono::system_clock::time_point connected_since;
  std::uint64_t bytes_in = 0;  // on the socket, TLS included
  std::uint64_t bytes_out = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::size_t queue_bytes = 0;       // accepted by send() and not yet written
  std::uint64_t frames_dropped = 0;  // from this connection's queue
};

// How a connection, or an attempt at one, ended.
struct PeerEnd {
  CloseReason reason = CloseReason::unreachable;
  std::string text;  // one line for people; what the peer said is escaped
};

enum class NetLogLevel { debug, info, warning, error };

// Unset ones are skipped.
struct TransportCallbacks {
  // The peer is authenticated and its hello is good. When a new connection replaces one of the same
  // key, on_peer_down (CloseReason::replaced) comes first, then on_peer_up: whatever is sent at the
  // start of a connection is to be sent again.
  std::function<void(const PublicKey&, const PeerInfo&)> on_peer_up;
  std::function<void(const PublicKey&, CloseReason, const std::string& text)> on_peer_down;
  // A frame of channel message or transactions. `body` is the receiver's. One frame at a time: the
  // next is not taken from the socket before this returns. A few frames may still come from a peer
  // right after its connection was replaced; they are authenticated like all others.
  std::function<void(const PublicKey&, Channel, Bytes body)> on_frame;
  // Addresses that a peer passed on in its hello (at most known_peers_max, never our own key). The
  // transport has noted them already and dials those whose key is or becomes allowed; they are
  // hearsay.
  std::function<void(const PublicKey& from, const std::vector<PeerAddress>&)> on_known_peers;
  // One line, without a line break; what peers sent is escaped.
  std::function<void(NetLogLevel, const std::string&)> log;
};

class Transport {
 public:
  // `loop` must outlive the transport. The key's seed is used for the TLS certificate, which is
  // made in memory. The key must be of ed25519_scheme().
  Transport(asio::io_context& loop, const SecretKey& key, TransportConfig config,
            TransportCallbacks callbacks);
  ~Transport();  // stops
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Binds, listens, and begins to dial. Call once. Errors: exists (address in use), denied (no
  // right to the port), bad_value (no IP literal), unavailable (not an address of this machine),
  // io.
  [[nodiscard]] Status start();
  // Closes everything; no callback comes afterwards. May be called again, and without start().
  void stop();

  // Exactly these keys may be connected (our own is ignored). Connections of others are closed, and
  // known addresses of new ones are dialed. Nobody is allowed at first. [S25: the caller passes the
  // committed set, the previous set while undecided, and the configured peers]
  void set_allowed(std::set<PublicKey> keys);
  // An address that the operator or the genesis gives; it is tried before all hearsay. A second one
  // of the same key is tried in turn with the first. Does not allow the key.
  void add_peer(const PublicKey& key, const HostPort& address);

  // What to do with a frame when the queue of its peer is full: the oldest `drop` frames make room.
  // A queue full of `keep` frames closes the connection. Votes, timeout votes and certificates are
  // `keep`.
  enum class WhenFull { drop, keep };
  // Queues a frame; written by the event loop, together with what else is queued in this turn.
  // False if the peer is not up, or the body is longer than frame_body_bytes_max (logged as our
  // error). Delivery is not promised. Channels: message and transactions.
  bool send(const PublicKey& peer, Channel channel, SharedBody body, WhenFull when_full);
  // The same to every peer that is up; how many there were.
  std::size_t broadcast(Channel channel, const SharedBody& body, WhenFull when_full);

  [[nodiscard]] bool is_up(const PublicKey& peer) const;
  [[nodiscard]] std::size_t peers_up() const;
  // Connections that set_allowed() ends and that are still there: what was queued for their peers
  // goes out, and the peers are to end their side, within about a second.
  [[nodiscard]] std::size_t leaving() const;
  [[nodiscard]] std::vector<PeerInfo> peers() const;           // up, in key order
  [[nodiscard]] std::vector<PeerAddress> known_peers() const;  // as our hello would tell
  // Why peers that may connect are not up: the end of the newest connection or attempt of each.
  [[nodiscard]] const std::map<PublicKey, PeerEnd>& last_ends() const;
  [[nodiscard]] std::uint16_t local_port() const;  // after start(); else 0
  [[nodiscard]] const TransportCounters& counters() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hs
