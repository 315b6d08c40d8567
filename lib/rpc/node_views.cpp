#include "lib/rpc/node_views.h"

#include <algorithm>

#include "lib/base/hex.h"
#include "lib/rpc/event_view.h"

namespace hs {
namespace {

template <class Number>
Json or_null(const std::optional<Number>& number) {
  return number ? Json(number->value) : Json(nullptr);
}

Json hash_or_null(const std::optional<Hash>& hash) {
  return hash ? Json(to_hex(hash->view())) : Json(nullptr);
}

Json name_or_null(const ReplicaNames& names, const PublicKey& key) {
  const auto found = names.find(key);
  return found == names.end() ? Json(nullptr) : Json(found->second);
}

}  // namespace

Json status_view(const NodeSnapshot& node) {
  const ReplicaStatus& replica = node.replica;
  Json object;
  object["schema"] = "hs.chain_status/v1";
  object["chain_id"] = std::to_string(node.chain_id.value);
  object["genesis_hash"] = to_hex(node.genesis_hash.view());
  object["view"] = replica.view.value;
  object["leader"] = to_hex(replica.leader.view());
  object["leader_name"] = name_or_null(node.names, replica.leader);
  object["committed_height"] = or_null(replica.committed_height);
  object["committed_hash"] = hash_or_null(replica.committed_block);
  object["locked_view"] = replica.locked_view.value;
  object["highest_pc_view"] = replica.highest_pc_view.value;
  object["highest_tc_view"] = or_null(replica.highest_tc_view);
  object["validators"] = node.validators.committed ? node.validators.committed->size() : 0;
  object["pending_transactions"] = node.pool_transactions;
  object["name"] = node.name;
  object["public_key"] = to_hex(node.public_key.view());
  object["role"] = replica.is_validator ? "validator" : "listener";
  object["syncing"] = replica.syncing;
  object["storage_sync"] = node.storage_sync ? "always" : "never";
  object["testnet"] = node.testnet;
  object["reference_peers"] = node.reference_peers;
  object["byzantine"] = node.byzantine ? Json(*node.byzantine) : Json(nullptr);
  object["misbehaved"] = node.misbehaved;
  object["p2p"] = node.p2p_address;
  object["rpc"] = node.rpc_address;
  return object;
}

Json stored_status_view(const ReadContext& context) {
  const TreeReader tree(context.store);
  const ValidatorSetState validators = tree.validators();
  const View view = tree.highest_view_entered();
  const std::optional<TimeoutCertificate> highest_tc = tree.highest_tc();
  const bool has_leader = validators.committed->total_power() > 0;
  Json object;
  object["schema"] = "hs.chain_status/v1";
  object["chain_id"] = std::to_string(context.chain_id.value);
  object["genesis_hash"] = to_hex(context.genesis_hash.view());
  object["view"] = view.value;
  object["leader"] = nullptr;
  object["leader_name"] = nullptr;
  if (has_leader) {
    const PublicKey& leader = validators.committed->leader(view);
    object["leader"] = to_hex(leader.view());
    object["leader_name"] = name_or_null(context.names, leader);
  }
  object["committed_height"] = or_null(tree.highest_committed_height());
  object["committed_hash"] = hash_or_null(tree.highest_committed_block());
  object["locked_view"] = tree.locked_pc().view.value;
  object["highest_pc_view"] = tree.highest_pc().view.value;
  object["highest_tc_view"] = highest_tc ? Json(highest_tc->view.value) : Json(nullptr);
  object["validators"] = validators.committed->size();
  object["pending_transactions"] = nullptr;
  return object;
}

Json peers_view(const NodeSnapshot& node) {
  Json list = Json::array();
  for (const PeerStatus& peer : *node.peers) {
    list.push_back({{"name", peer.name.empty() ? Json(nullptr) : Json(peer.name)},
                    {"public_key", to_hex(peer.key.view())},
                    {"address", peer.address.empty() ? Json(nullptr) : Json(peer.address)},
                    {"connected", peer.connected},
                    {"down_reason", peer.down_reason.empty() ? Json() : Json(peer.down_reason)},
                    {"direction", peer.inbound ? "inbound" : "outbound"},
                    {"sent_bytes", peer.bytes_sent},
                    {"received_bytes", peer.bytes_received},
                    {"queued_bytes", peer.queued_bytes},
                    {"dropped_messages", peer.dropped_messages},
                    {"reconnects", peer.reconnects}});
  }
  Json object;
  object["schema"] = "hs.peers/v1";
  object["name"] = node.name;
  object["peers"] = std::move(list);
  return object;
}

Json evidence_view(const KvReader& store, const ReplicaNames& names) {
  Json list = Json::array();
  for (const auto& [number, pair] : TreeReader(store).evidence()) {
    list.push_back({{"signer", to_hex(pair.signer.view())},
                    {"name", name_or_null(names, pair.signer)},
                    {"first", vote_view(pair.first)},
                    {"second", vote_view(pair.second)}});
  }
  Json object;
  object["schema"] = "hs.evidence/v1";
  object["fork"] = nullptr;
  if (const auto fork = TreeReader(store).fork()) {
    const auto proof = [](const PhaseCertificate& pc) {
      Json view = certificate_bits_view(pc);
      view["bytes"] = to_hex(to_borsh(pc));
      return view;
    };
    object["fork"] = {
        {"why", fork->why}, {"ours", proof(fork->ours)}, {"theirs", proof(fork->theirs)}};
  }
  object["evidence"] = std::move(list);
  return object;
}

namespace {

// Of the committed set: this node, and those it is connected to.
TotalPower reachable_power(const NodeSnapshot& node) {
  const ValidatorSet& set = *node.validators.committed;
  TotalPower power = set.power_of(node.public_key).value;
  for (const PeerStatus& peer : *node.peers) {
    if (peer.connected && peer.key != node.public_key) power += set.power_of(peer.key).value;
  }
  return power;
}

}  // namespace

Health health_of(const NodeSnapshot& node, std::chrono::steady_clock::time_point now) {
  Json reasons = Json::array();
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - node.last_commit);
  const auto limit = health_views_max * node.view_timeout;
  if (since > limit) {
    reasons.push_back("no commit for " + std::to_string(since.count()) + " ms");
  }
  if (!node.replica.committed_height) reasons.push_back("nothing committed yet");
  if (node.replica.halted) reasons.push_back("it has seen a fork and does nothing any more");
  if (node.replica.syncing) reasons.push_back("catching up with the others");
  const auto reachable = static_cast<std::uint64_t>(reachable_power(node));
  const auto quorum = static_cast<std::uint64_t>(node.validators.committed->quorum());
  if (reachable < quorum) {
    reasons.push_back("connected to validators of power " + std::to_string(reachable) +
                      ", itself included; a quorum is " + std::to_string(quorum));
  }
  const auto connected = std::count_if(node.peers->begin(), node.peers->end(),
                                       [](const PeerStatus& peer) { return peer.connected; });
  Health health;
  health.ok = reasons.empty();
  health.view["schema"] = "hs.health/v1";
  health.view["ok"] = health.ok;
  health.view["name"] = node.name;
  health.view["committed_height"] = or_null(node.replica.committed_height);
  health.view["since_commit_ms"] = since.count();
  health.view["peers_connected"] = connected;
  health.view["peers_known"] = node.peers->size();
  health.view["reachable_power"] = reachable;
  health.view["quorum"] = quorum;
  health.view["reasons"] = std::move(reasons);
  return health;
}

}  // namespace hs
