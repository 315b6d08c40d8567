// Which connection may come in, and which one stays when there are two.
#include <algorithm>

#include "lib/base/check.h"
#include "lib/net/admission.h"
#include "lib/net/escape.h"
#include "lib/net/transport_impl.h"

namespace hs {
namespace {

// An honest handshake takes milliseconds, so who has been silent this long makes room for others.
constexpr std::chrono::milliseconds pending_protected{500};

bool is_pending(const Connection& connection) {
  return connection.direction() == Direction::inbound && !connection.was_up();
}

}  // namespace

void Transport::Impl::on_accept(asio::ip::tcp::socket socket) {
  ++counters_.accepted;
  asio::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // gone before we looked
  if (const auto refusal = admission(remote.address())) {
    ++counters_.closed[static_cast<std::size_t>(*refusal)];
    if (may_log_stranger()) {
      log(NetLogLevel::warning, "connection from " + remote.address().to_string() +
                                    " not taken: " + std::string(to_string(*refusal)));
    }
    return;  // the socket's destructor closes it
  }
  add_connection(Direction::inbound)->start_inbound(std::move(socket));
}

std::optional<CloseReason> Transport::Impl::admission(const asio::ip::address& from) {
  Crowd crowd{.allowed = allowed_.size(), .loopback = from.is_loopback()};
  for (const auto& [raw, connection] : connections_) {
    if (connection->direction() == Direction::inbound) ++crowd.inbound;
    if (!is_pending(*connection)) continue;
    ++crowd.pending;
    if (connection->address() == from) ++crowd.pending_from_there;
  }
  const Admission admission = judge(crowd, config_.limits);
  if (admission.refusal) return admission.refusal;
  const std::size_t per_second = config_.limits.handshakes_per_second_max + 2 * allowed_.size();
  if (!handshake_rate_.take(Clock::now(), per_second, from.is_loopback() || knows(from))) {
    return CloseReason::handshake_rate;
  }
  if (admission.needs_room && !make_room_among_pending()) return CloseReason::pending_limit;
  return std::nullopt;
}

bool Transport::Impl::knows(const asio::ip::address& address) const {
  for (const auto& [key, connection] : peers_) {
    if (connection->address() == address) return true;
  }
  const std::string text = address.to_string();
  return std::ranges::any_of(allowed_, [&](const PublicKey& key) {
    const std::vector<HostPort> known = book_.addresses(key);
    return std::ranges::any_of(known, [&](const HostPort& at) { return at.host == text; });
  });
}

// Closes one that is on its way out already, else the oldest if it has had its time.
bool Transport::Impl::make_room_among_pending() {
  ConnectionPtr victim;
  for (const auto& [raw, connection] : connections_) {
    if (!is_pending(*connection)) continue;
    if (connection->phase() == Connection::Phase::leaving) {
      victim = connection;
      break;
    }
    if (!victim || connection->born() < victim->born()) victim = connection;
  }
  HS_CHECK(victim != nullptr);
  if (victim->phase() != Connection::Phase::leaving &&
      Clock::now() - victim->born() < pending_protected) {
    return false;
  }
  victim->close(CloseReason::pending_limit, "made room for others");
  return true;
}

// The newest connection of a key wins: the older one may be dead without our knowing. But when both
// sides dialed at the same moment, each would kill what the other keeps. Two connections of
// opposite directions can only meet while one of them is no older than a dial may take; then both
// sides keep the one dialed by the smaller key. A dead one delays its successor by this time at
// most.
bool Transport::Impl::keeps_place(const Connection& present, const Connection& newcomer) const {
  if (present.direction() == newcomer.direction()) return false;
  if (Clock::now() - present.up_since() > 2 * config_.limits.preauth_time_max) return false;
  const bool we_dial = key_.public_key() < *present.key();
  return (present.direction() == Direction::outbound) == we_dial;
}

void Transport::Impl::on_hello(Connection& connection, Hello hello) {
  const PublicKey key = *connection.key();
  if (!allowed_.contains(key)) {  // the set has changed since the handshake
    return connection.refuse(CloseReason::unknown_key, "the key is not one that may connect");
  }
  const auto at = peers_.find(key);
  if (at != peers_.end() && keeps_place(*at->second, connection)) {
    return connection.leave(CloseReason::replaced, "both sides dialed; the other one stays", true);
  }
  install(connection, hello);
}

void Transport::Impl::install(Connection& connection, const Hello& hello) {
  const PublicKey key = *connection.key();
  connection.set_up(escape_peer_text(hello.node_name, node_name_bytes_max), hello.listens);
  ++counters_.peers_up;
  const auto all = connections_;
  for (const auto& [raw, other] : all) {
    // At most one predecessor of a key is on its way out at any time.
    if (other->was_up() && other->key() == key && other->phase() == Connection::Phase::leaving) {
      other->close(CloseReason::replaced, {});
    }
  }
  if (const ConnectionPtr old = std::exchange(peers_[key], connection.shared_from_this())) {
    connection.take_queue(*old);
    old->leave(CloseReason::replaced, "a newer connection took its place", true);
  }
  plan_.connected(key, Clock::now());
  last_ends_.erase(key);
  end_other_attempts(connection);
  tell([this, key, info = connection.info()] {
    if (callbacks_.on_peer_up) callbacks_.on_peer_up(key, info);
  });
  log(NetLogLevel::info,
      "connection with " + connection.label() + " (" + connection.info().name + ") is up");
  learn_addresses(connection, hello);
}

void Transport::Impl::learn_addresses(const Connection& connection, const Hello& hello) {
  const PublicKey key = *connection.key();
  if (hello.listens) {
    HostPort address = *hello.listens;
    asio::error_code error;
    const auto literal = asio::ip::make_address(address.host, error);
    if (!error && literal.is_unspecified()) address.host = connection.address().to_string();
    book_.say(key, address);
  }
  std::vector<PeerAddress> heard;
  for (const PeerAddress& peer : hello.known_peers) {
    if (peer.key == key_.public_key()) continue;
    book_.hear(peer.key, peer.at, allowed_.contains(peer.key));
    plan_dial(peer.key);
    heard.push_back(peer);
  }
  if (heard.empty()) return;
  tell([this, key, heard = std::move(heard)] {
    if (callbacks_.on_known_peers) callbacks_.on_known_peers(key, heard);
  });
}

// A dial that has not come to its hello is of no use any more. One that has must be left alone: the
// peer may be up on it already.
void Transport::Impl::end_other_attempts(const Connection& winner) {
  const auto all = connections_;
  for (const auto& [raw, other] : all) {
    const bool early = other->phase() == Connection::Phase::connecting ||
                       (other->phase() == Connection::Phase::handshaking &&
                        other->direction() == Direction::outbound);
    if (raw != &winner && early && other->dialed() == winner.key()) {
      other->close(CloseReason::replaced, "the peer is connected already");
    }
  }
}

// ---- greeting ----

Hello Transport::Impl::own_hello() const {
  return {.chain_id = config_.chain_id,
          .genesis_hash = config_.genesis_hash,
          .node_name = config_.node_name,
          .listens = {},
          .known_peers = {}};
}

Bytes Transport::Impl::own_greeting() {
  Hello hello = own_hello();
  hello.listens = config_.advertised.value_or(config_.listen);
  if (hello.listens->port == 0) hello.listens->port = local_port();
  hello.known_peers = book_.first_hand(allowed_);
  return encode_greeting(hello);
}

}  // namespace hs
