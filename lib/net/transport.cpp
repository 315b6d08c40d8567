#include "lib/net/transport.h"

#include "lib/net/transport_impl.h"

namespace hs {

std::string_view to_string(Direction direction) {
  return direction == Direction::inbound ? "inbound" : "outbound";
}

Transport::Transport(asio::io_context& loop, const SecretKey& key, TransportConfig config,
                     TransportCallbacks callbacks)
    : impl_(std::make_shared<Impl>(loop, key, std::move(config), std::move(callbacks))) {}

Transport::~Transport() { impl_->stop(); }

Status Transport::start() { return impl_->start(); }
void Transport::stop() { impl_->stop(); }
void Transport::set_allowed(std::set<PublicKey> keys) { impl_->set_allowed(std::move(keys)); }
void Transport::add_peer(const PublicKey& key, const HostPort& address) {
  impl_->add_peer(key, address);
}

bool Transport::send(const PublicKey& peer, Channel channel, SharedBody body, WhenFull when_full) {
  Connection* const connection = impl_->find(peer);
  if (connection == nullptr || !impl_->check_body(body)) return false;
  connection->queue(channel, std::move(body), when_full == WhenFull::keep);
  return true;
}

std::size_t Transport::broadcast(Channel channel, const SharedBody& body, WhenFull when_full) {
  return impl_->broadcast(channel, body, when_full);
}

bool Transport::is_up(const PublicKey& peer) const { return impl_->find(peer) != nullptr; }
std::size_t Transport::peers_up() const { return impl_->peers_up(); }
std::size_t Transport::leaving() const { return impl_->leaving(); }
std::vector<PeerInfo> Transport::peers() const { return impl_->peers(); }
std::vector<PeerAddress> Transport::known_peers() const { return impl_->known_peers(); }
std::uint16_t Transport::local_port() const { return impl_->local_port(); }
const std::map<PublicKey, PeerEnd>& Transport::last_ends() const { return impl_->last_ends(); }
const TransportCounters& Transport::counters() const { return impl_->counters(); }

}  // namespace hs
