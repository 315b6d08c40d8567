// Everything a node knows before it opens its database: its home read and checked.
#pragma once
#include <optional>
#include <vector>

#include "genesis/genesis.h"
#include "keys/key_file.h"
#include "lib/byzantine/kind.h"
#include "lib/node/failure.h"
#include "lib/node/home/layout.h"
#include "lib/node/home/node_config.h"
#include "lib/replica/config.h"

namespace hs {

// What the command line says instead of node.yaml.
struct NodeOverrides {
  std::optional<HostPort> p2p_listen;
  std::optional<HostPort> rpc_listen;
  std::vector<PeerAddress> peers;  // in addition to those of node.yaml
  byzantine::Kinds byzantine;      // what to do wrong from the start; needs a test genesis
};

struct NodeSettings {
  HomeLayout home;
  NodeConfig config;  // with the overrides applied
  Genesis genesis;
  Hash genesis_hash;
  KeyFile key;
  ReplicaConfig replica;
  byzantine::Kinds byzantine;  // on a test genesis only
};

// Failures: not_found, bad_config, key_refused, no_record (a home without safety/).
[[nodiscard]] std::expected<NodeSettings, NodeFailure> load_settings(
    const HomeLayout& home, const NodeOverrides& overrides);

}  // namespace hs
