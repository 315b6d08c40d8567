#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

#include "lib/base/hex.h"
#include "lib/rpc/node_views.h"

namespace hs {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  void gauge(const std::string& name, const std::string& help, double value) {
    add(name, help, MetricType::Gauge, {}, value);
  }
  void counter(const std::string& name, const std::string& help, double value) {
    add(name, help, MetricType::Counter, {}, value);
  }
  void add(const std::string& name, const std::string& help, MetricType type,
           const std::map<std::string, std::string>& labels, double value) {
    ClientMetric metric;
    for (const auto& [label, text] : labels) metric.label.push_back({label, text});
    if (type == MetricType::Counter) metric.counter.value = value;
    else metric.gauge.value = value;
    const std::string full_name = "hs_" + name;
    auto family = std::find_if(families_.begin(), families_.end(),
                               [&](const MetricFamily& other) { return other.name == full_name; });
    if (family == families_.end()) {
      families_.push_back({.name = full_name, .help = help, .type = type, .metric = {}});
      family = std::prev(families_.end());
    }
    family->metric.push_back(std::move(metric));
  }
  [[nodiscard]] std::string text() const {
    return prometheus::TextSerializer().Serialize(families_);
  }

 private:
  std::vector<MetricFamily> families_;
};

double number(std::uint64_t value) { return static_cast<double>(value); }

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

void add_replica(Families& out, const ReplicaStatus& replica) {
  out.gauge("view", "View the replica is in.", number(replica.view.value));
  out.gauge("committed_height", "Height of the newest committed block; -1 before the first.",
            replica.committed_height ? number(replica.committed_height->value) : -1);
  out.gauge("highest_pc_view", "View of the highest phase certificate known.",
            number(replica.highest_pc_view.value));
  out.gauge("locked_view", "View of the locked certificate.", number(replica.locked_view.value));
  out.gauge("is_validator", "1 for a validator, 0 for a listener.", replica.is_validator ? 1 : 0);
  out.gauge("syncing", "1 while blocks are fetched from others.", replica.syncing ? 1 : 0);
  out.gauge("buffered_messages", "Messages kept for later views.",
            number(replica.buffered_messages));
  out.gauge("buffered_bytes", "Bytes of messages kept for later views.",
            number(replica.buffered_bytes));
  out.counter("view_timeouts_total", "View deadlines that passed without progress.",
              number(replica.timeouts));
  out.counter("signatures_verified_total", "Signature checks that were computed.",
              number(replica.signatures_verified));
  out.counter("equivocations_total", "Conflicting votes of one signer that were seen.",
              number(replica.equivocations));
}

void add_node(Families& out, const NodeSnapshot& node, std::chrono::steady_clock::time_point now) {
  out.gauge("uptime_seconds", "Time since the node started.", seconds(now - node.started));
  out.gauge("since_commit_seconds", "Time since the last commit, or since the start.",
            seconds(now - node.last_commit));
  const bool leads = node.replica.is_validator && node.replica.leader == node.public_key;
  out.gauge("is_leader", "1 for the leader of the view the replica is in.", leads ? 1 : 0);
  out.gauge("validators", "Members of the committed validator set.",
            node.validators.committed ? number(node.validators.committed->size()) : 0);
  out.gauge("pool_transactions", "Transactions waiting for a block.",
            number(node.pool_transactions));
  out.gauge("pool_bytes", "Bytes of transactions waiting for a block.", number(node.pool_bytes));
  out.gauge("storage_sync", "0 where storage.sync is never: acknowledged writes may be lost.",
            node.storage_sync ? 1 : 0);
  out.counter("committed_transactions_total", "Transactions in blocks committed since the start.",
              number(node.committed_transactions));
  out.counter("committed_blocks_total", "Blocks committed since the start.",
              number(node.committed_blocks));
  out.counter("messages_received_total", "Protocol messages received from peers.",
              number(node.messages_received));
  out.counter("messages_sent_total", "Protocol messages sent to peers.",
              number(node.messages_sent));
  out.counter("store_writes_total", "Batches written to the store.", number(node.store_writes));
  out.counter("store_syncs_total", "Batches that were synced to disk.", number(node.store_syncs));
}

void add_peers(Families& out, const NodeSnapshot& node) {
  for (const PeerStatus& peer : *node.peers) {
    // The name is the peer's own word, so the key tells two of one name apart; the serializer
    // escapes it.
    const std::map<std::string, std::string> labels = {
        {"peer", peer.name}, {"key", to_hex(peer.key.view()).substr(0, 16)}};
    out.add("peer_connected", "1 while the peer is connected.", MetricType::Gauge, labels,
            peer.connected ? 1 : 0);
    out.add("peer_sent_bytes_total", "Bytes sent to the peer.", MetricType::Counter, labels,
            number(peer.bytes_sent));
    out.add("peer_received_bytes_total", "Bytes received from the peer.", MetricType::Counter,
            labels, number(peer.bytes_received));
    out.add("peer_queued_bytes", "Bytes waiting to be sent to the peer.", MetricType::Gauge, labels,
            number(peer.queued_bytes));
    out.add("peer_dropped_messages_total", "Messages dropped from the peer's full queue.",
            MetricType::Counter, labels, number(peer.dropped_messages));
  }
}

}  // namespace

std::string metrics_text(const NodeSnapshot& node, std::chrono::steady_clock::time_point now) {
  Families out;
  add_replica(out, node.replica);
  add_node(out, node, now);
  add_peers(out, node);
  for (const NodeMetric& metric : node.more) {
    out.add(metric.name, metric.help, metric.is_counter ? MetricType::Counter : MetricType::Gauge,
            metric.labels, metric.value);
  }
  return out.text();
}

}  // namespace hs
