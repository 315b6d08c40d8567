// One connection to one peer, from the bare socket to the last byte: TLS, hello, frames both ways,
// and every bound that concerns it alone. Who may stay when two connections have the same key is
// the transport's business.
#pragma once
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>

#include "lib/net/hello.h"
#include "lib/net/send_queue.h"
#include "lib/net/tls_session.h"
#include "lib/net/transport.h"

namespace hs {

class Connection;

// The transport, as its connections see it. None of these is called after Connection::abandon().
class ConnectionOwner {
 public:
  // The greeting to send, as encode_greeting() gives it.
  [[nodiscard]] virtual Bytes own_greeting() = 0;
  // The hello we would send; only what hello_mismatch() compares matters.
  [[nodiscard]] virtual Hello own_hello() const = 0;
  // The peer's hello is good. The owner must answer with set_up(), leave() or close() before it
  // returns.
  virtual void on_hello(Connection& connection, Hello hello) = 0;
  virtual void on_frame(Connection& connection, Channel channel, Bytes body) = 0;
  // The connection is of no more use, why: reason() and text(). Called once, and may come from
  // inside any call of the owner's that can end a connection.
  virtual void on_down(Connection& connection) = 0;
  // The socket is closed. Called once, after on_down(); the owner drops it.
  virtual void on_gone(Connection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

// What all connections of a transport share. One thread: the buffers hold nothing between two
// calls.
struct ConnectionShared {
  asio::io_context& loop;
  SSL_CTX* tls = nullptr;
  const std::set<PublicKey>& allowed;
  const TransportLimits& limits;
  TransportCounters& counters;
  std::array<std::uint8_t, 64 << 10> wire_buffer{};    // from the socket
  std::array<std::uint8_t, 16 << 10> plain_buffer{};   // from TLS
  std::array<std::uint8_t, 16 << 10> record_buffer{};  // to TLS: one full record
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Phase {
    connecting,   // outbound only: no socket yet
    handshaking,  // TLS
    greeting,     // the peer has proved its key; hellos are on their way
    up,
    leaving,  // ended by us: what is queued goes out, the peer's end is awaited
    closed,
  };

  // `owner` and `shared` must outlive the connection's last call, which is close() or abandon().
  Connection(ConnectionOwner& owner, ConnectionShared& shared, Direction direction);

  // Begins: with an accepted socket, or by dialing `address`, where only `key` is wanted.
  void start_inbound(asio::ip::tcp::socket socket);
  void start_outbound(const PublicKey& key, const HostPort& address);

  // ---- what the owner decides ----
  void set_up(std::string name, std::optional<HostPort> listens);
  // Ends in good order: queued frames go out, for a second at most. With `deliver` the frames that
  // the peer had on its way are still given to the owner, as when a twin takes this one's place.
  void leave(CloseReason reason, std::string text, bool deliver);
  // The same, but drops the queue and tells the peer why.
  void refuse(CloseReason reason, std::string text);
  void close(CloseReason reason, std::string text);  // at once
  void abandon();  // at once, and no word to the owner, who goes away

  void queue(Channel channel, SharedBody body, bool keep);
  // Takes over what `other` had not begun to send.
  void take_queue(Connection& other);

  // We were away (stopped, or starved of CPU) until now: nobody can be blamed for silence before.
  void excuse(Clock::time_point now);
  // Looks at the limits in time and sends a ping when one is due; may end the connection.
  void check(Clock::time_point now);

  // ---- what it knows ----
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] bool was_up() const { return was_up_; }
  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] Clock::time_point born() const { return born_; }
  [[nodiscard]] Clock::time_point up_since() const { return up_since_; }
  // Of outbound connections the key that was dialed, until TLS has proved which one is there; of
  // inbound ones nothing until then.
  [[nodiscard]] const std::optional<PublicKey>& key() const { return key_; }
  [[nodiscard]] const std::optional<PublicKey>& dialed() const { return dialed_; }
  [[nodiscard]] const asio::ip::address& address() const { return address_; }
  [[nodiscard]] CloseReason reason() const { return reason_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string label() const;  // for logs: key if known, and where
  [[nodiscard]] PeerInfo info() const;

 private:
  using Tcp = asio::ip::tcp;

  // connection.cpp: beginning and end
  void connect_to(const asio::ip::basic_resolver_results<Tcp>& endpoints);
  void on_connected(const asio::error_code& error);
  void begin_tls();
  void begin_end(CloseReason reason, std::string text);
  void close_socket();
  [[nodiscard]] bool is_active() const {
    return phase_ != Phase::leaving && phase_ != Phase::closed;
  }
  [[nodiscard]] bool is_greeted() const {
    return was_up_ || (phase_ == Phase::leaving && deliver_);
  }
  void check_up(Clock::time_point now);

  // connection_read.cpp
  void wait_readable();
  void on_readable();
  void on_wire(BytesView bytes);
  void pump();
  [[nodiscard]] bool advance_handshake();
  void on_established();
  void on_plain(BytesView bytes);
  void on_frame(Frame frame);
  void on_greeting(BytesView body);
  [[nodiscard]] bool wants_input() const;

  // connection_write.cpp
  void schedule_flush();
  void flush();
  [[nodiscard]] bool encrypt_some();
  void on_send_error(std::string text);
  void wait_writable();

  ConnectionOwner* owner_;
  ConnectionShared& shared_;
  const Direction direction_;
  Phase phase_;
  Tcp::socket socket_;
  std::unique_ptr<Tcp::resolver> resolver_;
  std::unique_ptr<TlsSession> tls_;
  std::optional<PublicKey> key_;
  std::optional<PublicKey> dialed_;
  HostPort dialed_address_;
  asio::ip::address address_;
  std::string remote_;
  std::string name_;
  std::optional<HostPort> listens_;

  // Reading
  FrameDecoder decoder_;
  bool reading_ = false;
  std::optional<Clock::time_point> frame_started_;
  std::size_t frame_bytes_before_ = 0;  // of the unfinished frame at frame_started_

  // Writing
  SendQueue queue_;
  bool flush_scheduled_ = false;
  bool writing_ = false;  // waiting for the socket to take more
  bool tls_ended_ = false;
  bool send_shut_ = false;

  // Ending
  bool was_up_ = false;
  bool deliver_ = false;
  CloseReason reason_ = CloseReason::stopped;
  std::string text_;

  Clock::time_point born_;
  Clock::time_point up_since_{};
  Clock::time_point heard_{};  // last plain text from the peer
  Clock::time_point sent_{};   // last bytes that the socket took
  Clock::time_point backlog_since_{};
  Clock::time_point leave_until_{};
  std::chrono::system_clock::time_point connected_since_{};
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::uint64_t frames_in_ = 0;
};

}  // namespace hs
