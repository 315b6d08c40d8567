#include "lib/node/loop.h"

#include <spdlog/logger.h>

#include "lib/base/check.h"
#include "lib/base/hex.h"
#include "lib/base/mutate.h"
#include "lib/base/overloaded.h"
#include "lib/codec/borsh.h"
#include "lib/node/fork_failure.h"
#include "lib/node/gossip.h"
#include "lib/node/home/fork_mark.h"
#include "lib/node/home/misbehaviour_mark.h"
#include "lib/node/process.h"

namespace hs {
namespace {

// Beyond either, a turn is made before another frame is taken from any socket, so that what waits
// here is bounded however fast peers send.
constexpr std::size_t waiting_inputs_max = 256;
constexpr std::size_t waiting_bytes_max = 8 << 20;

// How long a node that ends because of a fork waits at most until its last words have left, and how
// often it looks.
constexpr auto farewell_max = std::chrono::seconds(3);
constexpr auto farewell_interval = std::chrono::milliseconds(5);

Instant now_instant() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

std::chrono::steady_clock::time_point to_clock(Instant instant) {
  return std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(instant.time_since_epoch()));
}

// Votes and certificates are kept in a full queue: they are small, and what makes a view end.
Transport::WhenFull when_full(const Message& message) {
  const auto droppable = Overloaded{
      [](const Proposal&) { return true; },          [](const AdvertiseBlock&) { return true; },
      [](const AdvertisePC&) { return true; },       [](const BlockSyncRequest&) { return true; },
      [](const BlockSyncResponse&) { return true; }, [](const auto&) { return false; }};
  return std::visit(droppable, message) ? Transport::WhenFull::drop : Transport::WhenFull::keep;
}

TransportConfig transport_config(const NodeSettings& settings, std::uint64_t seed) {
  return {.chain_id = settings.genesis.chain_id,
          .genesis_hash = settings.genesis_hash,
          .node_name = settings.config.name,
          .listen = settings.config.p2p_listen,
          .advertised = std::nullopt,
          .peers = settings.config.peers,
          .seed = seed,
          .limits = {}};
}

spdlog::level::level_enum to_level(NetLogLevel level) {
  switch (level) {
    // What is worth a line for people, the reporter says in its own words.
    case NetLogLevel::debug:
    case NetLogLevel::info:
      return spdlog::level::debug;
    case NetLogLevel::warning:
      return spdlog::level::warn;
    case NetLogLevel::error:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

NodeLoop::NodeLoop(const NodeSettings& settings, NodeVault& vault, KvApp& app, RpcHub& hub,
                   LoggerPtr log, std::uint64_t seed)
    : settings_(settings),
      app_(app),
      vault_(vault),
      log_(log),
      counted_(app),
      engine_({.config = settings.replica,
               .key = settings.key.key,
               .store = *vault.store,
               .app = counted_,
               .safety = *vault.safety,
               .rng = Rng(seed)},
              engine_outlets()),
      transport_(context_, settings.key.key, transport_config(settings, seed),
                 transport_callbacks()),
      reporter_({.settings = settings,
                 .engine = engine_,
                 .app = app,
                 .counted = counted_,
                 .transport = transport_,
                 .traffic = traffic_},
                hub, std::move(log)) {
  for (const PeerAddress& peer : settings.config.peers) configured_peers_.insert(peer.key);
}

NodeLoop::~NodeLoop() { transport_.stop(); }

EngineOutlets NodeLoop::engine_outlets() {
  return {
      .send = [this](const Recipient& to, const MessagePtr& message) { send(to, message); },
      .tell = [this](const Event& event) { on_event(event); },
      .now = now_instant,
      .send_raw = [this](const Recipient& to, const SharedBytes& bytes) { send_raw(to, bytes); }};
}

TransportCallbacks NodeLoop::transport_callbacks() {
  TransportCallbacks callbacks;
  callbacks.on_peer_up = [this](const PublicKey& peer, const PeerInfo& info) {
    reporter_.peer_up(peer, info);
    engine_.put(PeerUp{peer});
    schedule();
  };
  callbacks.on_peer_down = [this](const PublicKey& peer, CloseReason reason,
                                  const std::string& text) {
    reporter_.peer_down(peer, reason, text);
    engine_.put(PeerDown{peer});
    schedule();
  };
  callbacks.on_frame = [this](const PublicKey& peer, Channel channel, const Bytes& body) {
    guarded([&] { on_frame(peer, channel, body); });
  };
  callbacks.log = [this](NetLogLevel level, const std::string& line) {
    log_->log(to_level(level), line);
  };
  return callbacks;
}

Status NodeLoop::listen() {
  refresh_allowed();
  HS_TRY_STATUS(transport_.start());
  schedule();
  return {};
}

template <class Work>
void NodeLoop::guarded(Work&& work) {
  if (failure_) return;
  try {
    work();
  } catch (const StoreFailure&) {
    // Rethrown by run(), outside of everybody's callbacks. Nothing is sent or stored from here on.
    failure_ = std::current_exception();
    context_.stop();
  }
}

void NodeLoop::run() {
  const auto work = asio::make_work_guard(context_);
  context_.run();
  transport_.stop();
  if (failure_) std::rethrow_exception(failure_);
  vault_.safety->sync();
}

void NodeLoop::stop_on_signals() {
  for (const int signal : stop_signals) signals_.add(signal);
  signals_.async_wait([this](const std::error_code& error, int signal) {
    if (error) return;
    log_->info("stopping on signal {}", signal);
    stop();
  });
}

void NodeLoop::stop() { context_.stop(); }

void NodeLoop::post(std::function<void()> work) {
  asio::post(context_, [this, work = std::move(work)] { guarded(work); });
}

// ---- turns ----

void NodeLoop::schedule() {
  if (scheduled_) return;
  scheduled_ = true;
  asio::post(context_, [this] {
    scheduled_ = false;
    guarded([this] { turn(); });
  });
}

void NodeLoop::turn() {
  gossip();
  if (std::exchange(work_arrived_, false)) engine_.put(WorkAvailable{});
  const bool more = engine_.turn();
  if (engine_.unknown_vote()) return end_over_unknown_vote();
  change_behaviour();
  const Instant now = now_instant();
  if (penalties_.expire(now)) allowed_sets_.reset();
  refresh_allowed();
  reporter_.publish();
  if (more) schedule();
  arm_timer();
}

void NodeLoop::arm_timer() {
  auto deadline = engine_.next_deadline();
  for (const auto& other : {penalties_.next_expiry(), misbehaviour_.next_deadline()}) {
    if (other && (!deadline || *other < *deadline)) deadline = other;
  }
  if (!deadline) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(to_clock(*deadline));
  timer_.async_wait([this](const std::error_code& error) {
    if (!error) guarded([this] { turn(); });
  });
}

// ---- misbehaviour on purpose ----

Status NodeLoop::misbehave(const MisbehaviourOrder& order) {
  HS_CHECK(settings_.genesis.testnet);
  std::vector<std::string> names;
  for (const byzantine::Kind kind : order.kinds) names.emplace_back(byzantine::name_of(kind));
  if (!names.empty()) {  // to be honest again needs no disk, which may be what is wrong
    HS_TRY(marks, add_misbehaviour_marks(settings_.home, names));
    reporter_.set_misbehaved(std::move(marks));
  }
  misbehaviour_.order(order);
  change_behaviour();
  reporter_.publish();  // whoever gave the order sees it in force
  schedule();
  return {};
}

void NodeLoop::set_misbehaved(std::vector<std::string> marks) {
  if (!marks.empty()) engine_.forgive_unknown_votes();
  reporter_.set_misbehaved(std::move(marks));
}

void NodeLoop::change_behaviour() {
  const auto view = [this] { return engine_.replica().status().view; };
  const auto kinds = misbehaviour_.change(now_instant(), view);
  if (!kinds) return;
  engine_.misbehave(*kinds);
  reporter_.set_byzantine(*kinds);
  if (kinds->empty()) {
    log_->warn("honest again from view {} on", view().value);
  } else {
    log_->warn("misbehaves on purpose from view {} on: {}", view().value,
               byzantine::to_text(*kinds));
  }
}

void NodeLoop::show_status_line(std::chrono::milliseconds every,
                                std::function<void(const std::string&)> show) {
  status_every_ = every;
  show_status_ = std::move(show);
  status_line_due();
}

void NodeLoop::status_line_due() {
  show_status_(reporter_.status_line());
  status_timer_.expires_after(status_every_);
  status_timer_.async_wait([this](const std::error_code& error) {
    if (!error) status_line_due();
  });
}

// ---- in ----

void NodeLoop::on_frame(const PublicKey& peer, Channel channel, const Bytes& body) {
  if (channel == Channel::transactions) {
    on_transactions(peer, body);
  } else {
    on_message(peer, body);
  }
  while (engine_.waiting() >= waiting_inputs_max || engine_.waiting_bytes() >= waiting_bytes_max) {
    turn();
  }
  schedule();
}

void NodeLoop::on_message(const PublicKey& peer, BytesView body) {
  ++traffic_.messages_received;
  auto message = from_borsh<Message>(body);
  if (!message) {
    ++traffic_.undecodable;
    on_event(event::InvalidMessage{.origin = peer, .kind = "frame", .why = message.error().what});
    return;
  }
  engine_.put(FromPeer{.origin = peer,
                       .message = std::make_shared<const Message>(std::move(*message)),
                       .bytes = body.size()});
}

void NodeLoop::on_transactions(const PublicKey& peer, BytesView body) {
  const auto frame = decode_transaction_frame(body);
  if (!frame) {
    ++traffic_.undecodable;
    on_event(
        event::InvalidMessage{.origin = peer, .kind = "transactions", .why = frame.error().what});
    return;
  }
  traffic_.transactions_received += frame->transactions.size();
  for (const Bytes& transaction : frame->transactions) {
    const auto admitted = app_.admit_transaction(transaction);
    if (admitted) {
      work_arrived_ = true;
      if (frame->pass_on) passed_transactions_.push_back(transaction);
      continue;
    }
    // Others are no fault of the sender: pools and heights differ from node to node.
    switch (admitted.error().reason) {
      case kv::Refusal::malformed:
      case kv::Refusal::too_large:
      case kv::Refusal::wrong_chain:
      case kv::Refusal::no_authority:
      case kv::Refusal::unauthorised:
        if (check_failed(peer)) return;
        break;
      default:
        break;
    }
  }
}

std::vector<Admission> NodeLoop::submit(const std::vector<Bytes>& transactions) {
  std::vector<Admission> admissions;
  admissions.reserve(transactions.size());
  app_.know_validators(engine_.replica().validators());
  for (const Bytes& transaction : transactions) {
    auto result = app_.submit_transaction(transaction);
    if (result) {
      counted_.submitted(*result);
      own_transactions_.push_back(transaction);
      work_arrived_ = true;
    }
    admissions.push_back({.result = std::move(result), .at = std::chrono::steady_clock::now()});
  }
  schedule();
  return admissions;
}

void NodeLoop::on_event(const Event& event) {
  reporter_.tell(event);
  const auto* invalid = std::get_if<event::InvalidMessage>(&event);
  if (invalid != nullptr && invalid->provable) {
    check_failed(invalid->origin);
  }
  if (const auto* fork = std::get_if<event::SafetyViolation>(&event)) on_fork(*fork);
}

// The proof is on disk and its certificates are queued for the peers. All connections end in good
// order, which is after what is queued, and then the process does. [S57]
void NodeLoop::on_fork(const event::SafetyViolation& fork) {
  const std::string sentence = fork_sentence(fork, TreeReader(*vault_.store));
  end_ = fork_failure(settings_.home, sentence);
  if (const auto marked = set_fork_mark(settings_.home, sentence); !marked) {
    log_->error("{}", marked.error().what);  // the database has the proof, which decides
  }
  log_->critical("{}; this node stops for good", sentence);
  if (HS_MUTATE(S57f)) return;
  transport_.set_allowed({});
  farewell_until_ = std::chrono::steady_clock::now() + farewell_max;
  farewell();
}

void NodeLoop::farewell() {
  if (transport_.leaving() == 0 || std::chrono::steady_clock::now() >= farewell_until_) {
    return stop();
  }
  farewell_timer_.expires_after(farewell_interval);
  farewell_timer_.async_wait([this](const std::error_code& error) {
    if (!error) farewell();
  });
}

// A vote from here on could be the second one in its view. What this home holds stays as it is: the
// same certificate ends every later start, too.
void NodeLoop::end_over_unknown_vote() {
  if (end_) return;
  const auto newest = engine_.newest_vote();
  end_ = NodeFailure{
      NodeFailure::Kind::unknown_vote,
      "this node's key has signed a vote in view " + std::to_string(engine_.unknown_vote()->value) +
          ", and the newest vote that " + settings_.home.root.string() + " knows of is " +
          (newest ? "of view " + std::to_string(newest->value) : "none at all"),
      "the home is an older copy, or another process has the key; voting on could be a second vote "
      "in a view",
      "bring back the home as it was last, end whatever else has the key, or make a new home with "
      "a new key: hs node init"};
  log_->critical("{}; this node stops", end_->message);
  stop();
}

bool NodeLoop::check_failed(const PublicKey& peer) {
  if (peer == engine_.self() || !penalties_.failed(peer, now_instant())) return false;
  ++traffic_.banishments;
  log_->warn("peer {} fails too many checks and is sent away for a while", to_hex(peer.view()));
  allowed_sets_.reset();
  schedule();
  return true;
}

// ---- out ----

void NodeLoop::send(const Recipient& to, const MessagePtr& message) {
  if (message != encoded_message_) {
    encoded_message_ = message;
    encoded_ = std::make_shared<const Bytes>(to_borsh(*message));
  }
  const auto full = when_full(*message);
  if (const auto* peer = std::get_if<PublicKey>(&to)) {
    traffic_.messages_sent += transport_.send(*peer, Channel::message, encoded_, full) ? 1 : 0;
  } else {
    traffic_.messages_sent += transport_.broadcast(Channel::message, encoded_, full);
  }
}

void NodeLoop::send_raw(const Recipient& to, const SharedBytes& bytes) {
  if (const auto* peer = std::get_if<PublicKey>(&to)) {
    transport_.send(*peer, Channel::message, bytes, Transport::WhenFull::drop);
  } else {
    transport_.broadcast(Channel::message, bytes, Transport::WhenFull::drop);
  }
}

void NodeLoop::gossip() {
  if (!own_transactions_.empty()) {
    send_transactions(std::exchange(own_transactions_, {}), /*may_ask_to_pass_on=*/true);
  }
  if (!passed_transactions_.empty()) {
    send_transactions(std::exchange(passed_transactions_, {}), /*may_ask_to_pass_on=*/false);
  }
}

void NodeLoop::send_transactions(const std::vector<Bytes>& transactions, bool may_ask_to_pass_on) {
  std::set<PublicKey> validators;
  for (const ValidatorSetPtr& set : engine_.replica().validators().active()) {
    for (const Validator& validator : set->members()) validators.insert(validator.key);
  }
  validators.erase(engine_.self());
  const bool reaches_all =
      std::ranges::all_of(validators, [&](const PublicKey& key) { return transport_.is_up(key); });
  for (Bytes& frame : encode_transaction_frames(may_ask_to_pass_on && !reaches_all, transactions)) {
    const auto body = std::make_shared<const Bytes>(std::move(frame));
    for (const PublicKey& validator : validators) {
      transport_.send(validator, Channel::transactions, body, Transport::WhenFull::drop);
    }
  }
}

void NodeLoop::add_peer(const PeerAddress& peer) {
  configured_peers_.insert(peer.key);
  reporter_.expect_peer(peer);
  transport_.add_peer(peer.key, peer.at);
  allowed_sets_.reset();
  refresh_allowed();
}

void NodeLoop::remove_peer(const PublicKey& peer) {
  configured_peers_.erase(peer);
  reporter_.forget_peer(peer);
  allowed_sets_.reset();
  refresh_allowed();
}

void NodeLoop::refresh_allowed() {
  if (end_) return;
  const Replica& replica = engine_.replica();
  auto sets = replica.validators().active();
  auto pending = replica.pending_update_blocks();
  if (allowed_sets_ == sets && allowed_pending_ == pending) return;
  std::set<PublicKey> allowed = replica.members();  // [S25]
  allowed.insert(configured_peers_.begin(), configured_peers_.end());
  std::erase_if(allowed, [&](const PublicKey& key) { return penalties_.is_banished(key); });
  allowed_sets_ = std::move(sets);
  allowed_pending_ = std::move(pending);
  transport_.set_allowed(std::move(allowed));
}

}  // namespace hs
