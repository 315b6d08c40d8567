// The transport's inside: which connections there are, which of them is THE connection of a peer,
// who is dialed when, and what is said to the outside in which order.
#pragma once
#include <asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <unordered_set>

#include "lib/net/address_book.h"
#include "lib/net/admission.h"
#include "lib/net/connection.h"
#include "lib/net/dial_plan.h"
#include "lib/net/listener.h"

namespace hs {

class Transport::Impl final : public ConnectionOwner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, const SecretKey& key, TransportConfig config,
       TransportCallbacks callbacks);

  [[nodiscard]] Status start();
  void stop();
  void set_allowed(std::set<PublicKey> keys);
  void add_peer(const PublicKey& key, const HostPort& address);
  [[nodiscard]] Connection* find(const PublicKey& peer) const;
  [[nodiscard]] bool check_body(const SharedBody& body);
  std::size_t broadcast(Channel channel, const SharedBody& body, WhenFull when_full);
  [[nodiscard]] std::size_t peers_up() const { return peers_.size(); }
  [[nodiscard]] std::size_t leaving() const;
  [[nodiscard]] std::vector<PeerInfo> peers() const;
  [[nodiscard]] std::vector<PeerAddress> known_peers() const { return book_.first_hand(allowed_); }
  [[nodiscard]] std::uint16_t local_port() const { return listener_ ? listener_->port() : 0; }
  [[nodiscard]] const std::map<PublicKey, PeerEnd>& last_ends() const { return last_ends_; }
  [[nodiscard]] const TransportCounters& counters() const { return counters_; }

 private:
  using Clock = Connection::Clock;
  using ConnectionPtr = std::shared_ptr<Connection>;

  // ConnectionOwner
  [[nodiscard]] Bytes own_greeting() override;
  [[nodiscard]] Hello own_hello() const override;
  void on_hello(Connection& connection, Hello hello) override;
  void on_frame(Connection& connection, Channel channel, Bytes body) override;
  void on_down(Connection& connection) override;
  void on_gone(Connection& connection) override;

  // transport_admission.cpp: who may come in, and who stays
  void on_accept(asio::ip::tcp::socket socket);
  [[nodiscard]] std::optional<CloseReason> admission(const asio::ip::address& from);
  [[nodiscard]] bool make_room_among_pending();
  [[nodiscard]] bool knows(const asio::ip::address& address) const;
  [[nodiscard]] bool keeps_place(const Connection& present, const Connection& newcomer) const;
  void install(Connection& connection, const Hello& hello);
  void learn_addresses(const Connection& connection, const Hello& hello);
  void end_other_attempts(const Connection& winner);

  // transport_impl.cpp: dialing, time, news
  void plan_dial(const PublicKey& key);
  void arm_dial_timer();
  void dial_due();
  void dial(const PublicKey& key);
  void arm_sweep_timer();
  void sweep();
  void tell(std::function<void()> news);
  void tell_news();
  void log(NetLogLevel level, const std::string& line) const;
  void remember_end(const Connection& connection);
  void log_end(const Connection& connection);
  [[nodiscard]] bool may_log_stranger();
  [[nodiscard]] ConnectionPtr add_connection(Direction direction);

  asio::io_context& loop_;
  const SecretKey key_;
  const TransportConfig config_;
  const TransportCallbacks callbacks_;
  std::set<PublicKey> allowed_;
  TransportCounters counters_;
  TlsPtr<SSL_CTX> tls_;
  ConnectionShared shared_;
  AddressBook book_;
  DialPlan plan_;
  std::shared_ptr<Listener> listener_;
  asio::steady_timer dial_timer_;
  asio::steady_timer sweep_timer_;
  Clock::time_point swept_{};
  bool running_ = false;
  bool stopped_ = false;

  HandshakeRate handshake_rate_;
  std::map<Connection*, ConnectionPtr> connections_;  // all that have a socket
  std::map<PublicKey, ConnectionPtr> peers_;          // those that are up: one for each key

  std::deque<std::function<void()>> news_;  // callbacks not yet made
  bool news_scheduled_ = false;

  std::map<PublicKey, PeerEnd> last_ends_;  // of allowed keys that are not up
  Clock::time_point stranger_window_{};
  unsigned strangers_logged_ = 0;
};

}  // namespace hs
