// node.yaml: the settings of one node that its peers need not share. [hs-config(5)]
//
//   schema: hs.node/v1
//   name: n0
//   p2p: {listen: 127.0.0.1:27000, peers: ["9f3c...@127.0.0.1:27010"]}
//   rpc: {listen: 127.0.0.1:27001, auth: none}
//   consensus: {idle_interval: 125ms}      # optional
//   storage: {sync: always}                # optional; `never` on a test genesis only
//   log: {level: info, format: text}       # optional; and events: true
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "lib/net/address.h"

namespace hs {

struct NodeConfig {
  std::string name = "node";                // as check_key_name() allows
  HostPort p2p_listen{"127.0.0.1", 27000};  // port 0: any free one
  std::vector<PeerAddress> peers;
  HostPort rpc_listen{"127.0.0.1", 27001};
  std::optional<Duration> idle_interval;  // none: a quarter of the genesis' view timeout
  bool sync_always = true;                // false on a test genesis only
  std::string log_level = "info";         // trace, debug, info, warn, error
  bool log_json = false;
  bool log_events = false;  // every event as a line in columns (lib/node/event_columns.h)
};

// Strict: an unknown, duplicate or missing key, a wrong type or range is an error naming
// file:line:column. Errors: not_found, and those of lib/config/yaml.h.
[[nodiscard]] Result<NodeConfig> read_node_config(const std::filesystem::path& file);
[[nodiscard]] Result<NodeConfig> parse_node_config(std::string_view text, const std::string& name);
// The file that reads back as `config`.
[[nodiscard]] std::string node_config_yaml(const NodeConfig& config);

}  // namespace hs
