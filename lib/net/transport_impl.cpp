#include "lib/net/transport_impl.h"

#include <algorithm>
#include <asio/post.hpp>

#include "lib/base/check.h"
#include "lib/base/hex.h"

namespace hs {
namespace {

// Lines about connections that never proved an allowed key: enough to see an attack, too few to
// fill a disk.
constexpr unsigned stranger_lines_max = 20;
constexpr std::chrono::seconds stranger_window{10};

DialPlan::Timing timing_of(const TransportLimits& limits) {
  return {.backoff_min = limits.dial_backoff_min,
          .backoff_max = limits.dial_backoff_max,
          .patience = limits.dial_patience};
}

}  // namespace

Transport::Impl::Impl(asio::io_context& loop, const SecretKey& key, TransportConfig config,
                      TransportCallbacks callbacks)
    : loop_(loop),
      key_(key),
      config_(std::move(config)),
      callbacks_(std::move(callbacks)),
      shared_{.loop = loop, .allowed = allowed_, .limits = config_.limits, .counters = counters_},
      book_(key.public_key()),
      plan_(key.public_key(), timing_of(config_.limits), config_.seed),
      dial_timer_(loop),
      sweep_timer_(loop) {
  HS_CHECK(&key.scheme() == &ed25519_scheme());
  for (const PeerAddress& peer : config_.peers) book_.configure(peer.key, peer.at);
}

Status Transport::Impl::start() {
  HS_CHECK(!running_);
  HS_CHECK(!stopped_);
  HS_TRY(tls, make_tls_context(key_));
  tls_ = std::move(tls);
  shared_.tls = tls_.get();
  const std::weak_ptr<Impl> weak = weak_from_this();
  listener_ = std::make_shared<Listener>(loop_, [weak](asio::ip::tcp::socket socket) {
    if (const auto self = weak.lock()) self->on_accept(std::move(socket));
  });
  HS_TRY_STATUS(listener_->listen(config_.listen));
  running_ = true;
  for (const PublicKey& key : allowed_) plan_dial(key);
  swept_ = Clock::now();
  arm_sweep_timer();
  return {};
}

void Transport::Impl::stop() {
  stopped_ = true;
  running_ = false;
  if (listener_) listener_->close();
  dial_timer_.cancel();
  sweep_timer_.cancel();
  news_.clear();
  peers_.clear();
  const auto connections = std::exchange(connections_, {});
  for (const auto& [raw, connection] : connections) connection->abandon();
}

void Transport::Impl::set_allowed(std::set<PublicKey> keys) {
  keys.erase(key_.public_key());
  const std::set<PublicKey> before = std::exchange(allowed_, std::move(keys));
  for (const PublicKey& key : before) {
    if (allowed_.contains(key)) continue;
    plan_.remove(key);
    book_.forget_words_of(key);
  }
  const auto connections = connections_;  // ending one changes the map
  for (const auto& [raw, connection] : connections) {
    if (connection->key() && !allowed_.contains(*connection->key())) {
      connection->leave(CloseReason::unknown_key, "its key is no longer one that may connect",
                        false);
    }
  }
  std::erase_if(last_ends_, [&](const auto& entry) { return !allowed_.contains(entry.first); });
  for (const PublicKey& key : allowed_) plan_dial(key);
}

void Transport::Impl::add_peer(const PublicKey& key, const HostPort& address) {
  book_.configure(key, address);
  plan_dial(key);
}

Connection* Transport::Impl::find(const PublicKey& peer) const {
  const auto at = peers_.find(peer);
  return at == peers_.end() ? nullptr : at->second.get();
}

bool Transport::Impl::check_body(const SharedBody& body) {
  HS_CHECK(body != nullptr);
  if (body->size() <= frame_body_bytes_max) return true;
  log(NetLogLevel::error, "not sent: a frame of " + std::to_string(body->size()) + " bytes");
  return false;
}

std::size_t Transport::Impl::broadcast(Channel channel, const SharedBody& body,
                                       WhenFull when_full) {
  if (!check_body(body)) return 0;
  const auto peers = peers_;  // a full queue ends a connection, which changes the map
  for (const auto& [key, connection] : peers) {
    connection->queue(channel, body, when_full == WhenFull::keep);
  }
  return peers.size();
}

std::vector<PeerInfo> Transport::Impl::peers() const {
  std::vector<PeerInfo> list;
  list.reserve(peers_.size());
  for (const auto& [key, connection] : peers_) list.push_back(connection->info());
  return list;
}

std::size_t Transport::Impl::leaving() const {
  return static_cast<std::size_t>(std::ranges::count_if(connections_, [](const auto& entry) {
    return entry.second->phase() == Connection::Phase::leaving;
  }));
}

// ---- connections come and go ----

Transport::Impl::ConnectionPtr Transport::Impl::add_connection(Direction direction) {
  const auto connection = std::make_shared<Connection>(*this, shared_, direction);
  connections_.emplace(connection.get(), connection);
  return connection;
}

void Transport::Impl::on_frame(Connection& connection, Channel channel, Bytes body) {
  tell_news();  // what happened before the frame is told before it
  if (stopped_ || connection.phase() == Connection::Phase::closed) return;
  if (callbacks_.on_frame) callbacks_.on_frame(*connection.key(), channel, std::move(body));
}

void Transport::Impl::on_down(Connection& connection) {
  ++counters_.closed[static_cast<std::size_t>(connection.reason())];
  log_end(connection);
  const auto now = Clock::now();
  if (connection.dialed()) plan_.failed(*connection.dialed(), now);
  if (connection.was_up()) {
    const PublicKey key = *connection.key();
    const auto at = peers_.find(key);
    if (at != peers_.end() && at->second.get() == &connection) {
      peers_.erase(at);
      plan_.lost(key, now);
    }
    tell([this, key, reason = connection.reason(), text = connection.text()] {
      if (callbacks_.on_peer_down) callbacks_.on_peer_down(key, reason, text);
    });
  }
  remember_end(connection);
  arm_dial_timer();
}

void Transport::Impl::remember_end(const Connection& connection) {
  const auto& key = connection.dialed() ? connection.dialed() : connection.key();
  if (!key || !allowed_.contains(*key) || peers_.contains(*key)) return;
  if (connection.reason() == CloseReason::replaced) return;
  last_ends_[*key] = {connection.reason(), connection.text()};
}

void Transport::Impl::on_gone(Connection& connection) { connections_.erase(&connection); }

// ---- dialing ----

void Transport::Impl::plan_dial(const PublicKey& key) {
  if (!running_ || !allowed_.contains(key) || peers_.contains(key) || plan_.contains(key)) return;
  if (book_.addresses(key).empty()) return;
  plan_.add(key, Clock::now());
  arm_dial_timer();
}

void Transport::Impl::arm_dial_timer() {
  if (!running_) return;
  const auto due = plan_.next_due();
  if (!due) return;
  dial_timer_.expires_at(*due);
  dial_timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
    const auto self = weak.lock();
    if (self && !error && self->running_) self->dial_due();
  });
}

void Transport::Impl::dial_due() {
  for (const PublicKey& key : plan_.take_due(Clock::now())) dial(key);
  arm_dial_timer();
}

void Transport::Impl::dial(const PublicKey& key) {
  const std::vector<HostPort> addresses = book_.addresses(key);
  if (addresses.empty()) return plan_.failed(key, Clock::now());
  ++counters_.dialed;
  const HostPort& address = addresses[plan_.failures(key) % addresses.size()];
  add_connection(Direction::outbound)->start_outbound(key, address);
}

// ---- time ----

void Transport::Impl::arm_sweep_timer() {
  sweep_timer_.expires_after(config_.limits.sweep_interval);
  sweep_timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
    const auto self = weak.lock();
    if (self && !error && self->running_) self->sweep();
  });
}

void Transport::Impl::sweep() {
  const auto now = Clock::now();
  const TransportLimits& limits = config_.limits;
  // What peers sent while this process was paused is still unread; a late sweep must not judge
  // them.
  const bool late = now - std::exchange(swept_, now) > limits.sweep_interval + limits.idle_max / 4;
  const auto connections = connections_;  // a check may end a connection
  for (const auto& [raw, connection] : connections) {
    if (late) connection->excuse(now);
    connection->check(now);
  }
  if (running_) arm_sweep_timer();
}

// ---- news ----

// Callbacks wait here until no method of ours is on the stack, and are made in the order in which
// things happened.
void Transport::Impl::tell(std::function<void()> news) {
  news_.push_back(std::move(news));
  if (news_scheduled_) return;
  news_scheduled_ = true;
  asio::post(loop_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->news_scheduled_ = false;
    self->tell_news();
  });
}

void Transport::Impl::tell_news() {
  while (!news_.empty()) {
    const auto news = std::move(news_.front());
    news_.pop_front();
    news();
  }
}

void Transport::Impl::log(NetLogLevel level, const std::string& line) const {
  if (callbacks_.log) callbacks_.log(level, line);
}

bool Transport::Impl::may_log_stranger() {
  const auto now = Clock::now();
  if (now - stranger_window_ > stranger_window) {
    stranger_window_ = now;
    strangers_logged_ = 0;
  }
  return strangers_logged_++ < stranger_lines_max;
}

void Transport::Impl::log_end(const Connection& connection) {
  NetLogLevel level = NetLogLevel::warning;
  const CloseReason reason = connection.reason();
  if (connection.was_up()) {
    const bool ordinary = reason == CloseReason::peer_closed || reason == CloseReason::replaced;
    level = ordinary ? NetLogLevel::info : NetLogLevel::warning;
  } else if (reason == CloseReason::replaced) {
    level = NetLogLevel::debug;
  } else if (connection.dialed()) {
    const auto before = last_ends_.find(*connection.dialed());
    const bool news = before == last_ends_.end() || before->second.reason != reason;
    if (!news || reason == CloseReason::unreachable) level = NetLogLevel::debug;
  } else if (!may_log_stranger()) {
    level = NetLogLevel::debug;
  }
  log(level, "connection with " + connection.label() + " ended: " + std::string(to_string(reason)) +
                 ": " + connection.text());
}

}  // namespace hs
