// What a node says of itself, as JSON.
#pragma once
#include "lib/rpc/reads.h"

namespace hs {

// hs.chain_status/v1 of a live node.
[[nodiscard]] Json status_view(const NodeSnapshot& node);
// The same of a node at rest: `view` is the highest view entered; what only a live node knows is
// null.
[[nodiscard]] Json stored_status_view(const ReadContext& context);
// hs.peers/v1
[[nodiscard]] Json peers_view(const NodeSnapshot& node);
// hs.evidence/v1: the proof of the fork that ended this node, if one did, and the pairs of
// conflicting votes that a store keeps, oldest first. [S23, S57]
[[nodiscard]] Json evidence_view(const KvReader& store, const ReplicaNames& names);

// hs.health/v1: {"ok","reasons":[...]}. Healthy means that commits happen, and can go on: the last
// one is no longer ago than health_views_max view timeouts, an idle chain's empty blocks included;
// the node is not catching up; and it is connected to validators that with itself are a quorum.
constexpr int health_views_max = 20;
struct Health {
  bool ok = false;
  Json view;
};
[[nodiscard]] Health health_of(const NodeSnapshot& node, std::chrono::steady_clock::time_point now);

// The figures of a node in the text format of Prometheus.
[[nodiscard]] std::string metrics_text(const NodeSnapshot& node,
                                       std::chrono::steady_clock::time_point now);

}  // namespace hs
