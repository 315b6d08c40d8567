#include "lib/node/reporter.h"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include "lib/base/hex.h"
#include "lib/node/event_columns.h"
#include "lib/node/event_text.h"

namespace hs {
namespace {

// Figures of connections change with every byte; people need them a few times a second.
constexpr auto shared_parts_age_max = std::chrono::milliseconds(500);

NodeMetric counter(std::string name, std::string help, std::uint64_t value) {
  return {.name = std::move(name),
          .help = std::move(help),
          .is_counter = true,
          .labels = {},
          .value = static_cast<double>(value)};
}

std::vector<NodeMetric> metrics_of(const TransportCounters& net, const NodeTraffic& traffic,
                                   const EngineCounters& engine, const LatencyWindow& latencies) {
  std::vector<NodeMetric> metrics = {
      counter("steps_total", "Steps of the replica.", engine.steps),
      counter("frames_undecodable_total", "Frames of peers that were no message.",
              traffic.undecodable),
      counter("transactions_received_total", "Transactions that peers passed on.",
              traffic.transactions_received),
      counter("peers_banished_total", "Peers sent away for failing checks too often.",
              traffic.banishments),
      counter("connections_accepted_total", "Connections taken from the peer port.", net.accepted),
      counter("connections_dialed_total", "Attempts to connect to a peer.", net.dialed),
      counter("peer_bytes_received_total", "Bytes from peers, TLS included.", net.bytes_in),
      counter("peer_bytes_sent_total", "Bytes to peers, TLS included.", net.bytes_out),
      counter("peer_writes_total", "System calls that sent something to a peer.", net.writes),
      counter("frames_dropped_total", "Frames thrown out of a full queue.", net.frames_dropped),
  };
  for (std::size_t i = 0; i < net.closed.size(); ++i) {
    if (net.closed[i] == 0) continue;
    NodeMetric closed =
        counter("connections_closed_total", "Connections ended, by reason.", net.closed[i]);
    closed.labels["reason"] = std::string(to_string(static_cast<CloseReason>(i)));
    metrics.push_back(std::move(closed));
  }
  constexpr unsigned shown_percentiles[] = {50, 99};
  for (const unsigned percent : shown_percentiles) {
    if (const auto latency = latencies.percentile(percent)) {
      metrics.push_back({.name = "transaction_latency_seconds",
                         .help = "From submission to commit here, newest 1024.",
                         .is_counter = false,
                         .labels = {{"quantile", fmt::format("{:.2f}", percent / 100.0)}},
                         .value = std::chrono::duration<double>(*latency).count()});
    }
  }
  return metrics;
}

}  // namespace

Reporter::Reporter(const ReporterSources& sources, RpcHub& hub, LoggerPtr log)
    : from_(sources), hub_(hub), log_(std::move(log)), rate_since_(Clock::now()) {
  const NodeSettings& settings = from_.settings;
  template_.name = settings.config.name;
  template_.public_key = settings.key.key.public_key();
  template_.chain_id = settings.genesis.chain_id;
  template_.genesis_hash = settings.genesis_hash;
  template_.testnet = settings.genesis.testnet;
  template_.reference_peers = settings.genesis.params.reference_peers;
  template_.storage_sync = settings.config.sync_always;
  template_.view_timeout =
      std::chrono::duration_cast<std::chrono::milliseconds>(settings.genesis.params.view_timeout);
  template_.started = Clock::now();
  template_.last_commit = template_.started;
  for (const GenesisValidator& validator : settings.genesis.validators) {
    template_.names[validator.public_key] = validator.name;
    if (validator.public_key != template_.public_key) {
      ledger_.expect(validator.public_key, validator.name, "");
    }
  }
  template_.names[template_.public_key] = template_.name;
  for (const PeerAddress& peer : settings.config.peers) {
    if (peer.key != template_.public_key) ledger_.expect(peer.key, "", to_string(peer.at));
  }
}

void Reporter::set_addresses(std::string p2p, std::string rpc) {
  template_.p2p_address = std::move(p2p);
  template_.rpc_address = std::move(rpc);
}

void Reporter::set_byzantine(const byzantine::Kinds& kinds) {
  template_.byzantine.reset();
  if (!kinds.empty()) template_.byzantine = byzantine::to_text(kinds);
}

void Reporter::set_misbehaved(std::vector<std::string> names) {
  template_.misbehaved = std::move(names);
}

void Reporter::expect_peer(const PeerAddress& peer) {
  refreshed_.reset();
  if (peer.key != template_.public_key) ledger_.expect(peer.key, "", to_string(peer.at));
}

void Reporter::forget_peer(const PublicKey& peer) {
  refreshed_.reset();
  ledger_.forget(peer);
}

void Reporter::peer_up(const PublicKey& peer, const PeerInfo& info) {
  ledger_.up(peer, info);
  // A peer's own word does not change the name that the genesis gives.
  template_.names.try_emplace(peer, info.name);
  refreshed_.reset();
  log_->info("peer {} is up ({}, {})", info.name, info.remote, to_string(info.direction));
}

void Reporter::peer_down(const PublicKey& peer, CloseReason reason, const std::string& text) {
  refreshed_.reset();
  const auto name = template_.names.find(peer);
  log_->info("peer {} is down: {}{}{}",
             name == template_.names.end() ? to_hex(peer.view()) : name->second, to_string(reason),
             text.empty() ? "" : ", ", text);
}

void Reporter::call_handlers(const Event& event) {
  try {
    handlers_.tell(event);
  } catch (const std::exception& failure) {
    // Not the replica's fault, and no reason to stop voting.
    log_->error("a handler of {} failed: {}", name_of(event), failure.what());
  }
}

void Reporter::write_to_log(const Event& event, std::chrono::system_clock::time_point at) {
  if (from_.settings.config.log_events) log_->info(to_columns(event, at));
  const Notable weight = notable(event);
  const auto level = weight == Notable::alarming ? spdlog::level::warn
                     : weight == Notable::yes    ? spdlog::level::info
                                                 : spdlog::level::debug;
  if (log_->should_log(level)) log_->log(level, to_text(event));
}

void Reporter::tell(const Event& event) {
  const auto at = std::chrono::system_clock::now();
  call_handlers(event);
  write_to_log(event, at);
  if (std::holds_alternative<event::CommitBlock>(event) && !commit_unpublished_) {
    // Whoever is woken by the commit must find it in the snapshot.
    template_.last_commit = Clock::now();
    commit_unpublished_ = true;
    publish();
  }
  hub_.tell(event, at);
}

void Reporter::refresh_shared_parts(Clock::time_point now) {
  if (refreshed_ && now - *refreshed_ < shared_parts_age_max) return;
  refreshed_ = now;
  template_.peers = ledger_.statuses(from_.transport.peers(), from_.transport.last_ends());
  template_.more = metrics_of(from_.transport.counters(), from_.traffic, from_.engine.counters(),
                              from_.counted.latencies());
}

void Reporter::publish() {
  commit_unpublished_ = false;
  refresh_shared_parts(Clock::now());
  auto snapshot = std::make_shared<NodeSnapshot>(template_);
  snapshot->replica = from_.engine.replica().status();
  snapshot->validators = from_.engine.replica().validators();
  snapshot->pool_transactions = from_.app.pool_transactions();
  snapshot->pool_bytes = from_.app.pool_bytes();
  snapshot->committed_transactions = from_.counted.committed_transactions();
  snapshot->committed_blocks = from_.counted.committed_blocks();
  snapshot->messages_received = from_.traffic.messages_received;
  snapshot->messages_sent = from_.traffic.messages_sent;
  snapshot->store_writes = from_.engine.counters().store_writes;
  snapshot->store_syncs = from_.engine.counters().store_syncs;
  hub_.publish(std::move(snapshot));
}

std::string Reporter::status_line() {
  const ReplicaStatus status = from_.engine.replica().status();
  const Clock::time_point now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - rate_since_).count();
  const std::uint64_t committed = from_.counted.committed_transactions();
  const double rate =
      seconds > 0 ? static_cast<double>(committed - transactions_before_) / seconds : 0;
  transactions_before_ = committed;
  rate_since_ = now;
  const auto p99 = from_.counted.latencies().percentile(99);
  return fmt::format(
      "view {} | highest {} | locked {} | committed {} | peers {}/{} | {:.0f} tx/s | p99 {}",
      status.view.value, status.highest_pc_view.value, status.locked_view.value,
      status.committed_height ? std::to_string(status.committed_height->value) : "-",
      from_.transport.peers_up(), template_.peers ? template_.peers->size() : 0, rate,
      p99 ? fmt::format("{:.1f} ms", std::chrono::duration<double, std::milli>(*p99).count())
          : "-");
}

}  // namespace hs
