// node.yaml: the settings of one node that its peers need not share. [CLI.md 4]
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "lib/crypto/signatures.h"

namespace hs {

// HOST:PORT with a literal address or a name; port 0 asks the system for a free one.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};
[[nodiscard]] std::string to_text(const HostPort& address);  // brackets around IPv6
// Errors: bad_value.
[[nodiscard]] Result<HostPort> host_port_from(std::string_view text);

// KEY@HOST:PORT
struct PeerEntry {
  PublicKey key;
  HostPort address;
  friend bool operator==(const PeerEntry&, const PeerEntry&) = default;
};
[[nodiscard]] std::string to_text(const PeerEntry& peer);
[[nodiscard]] Result<PeerEntry> peer_from(std::string_view text);

struct NodeConfig {
  std::string name = "node";
  HostPort p2p_listen{"127.0.0.1", 27000};
  std::vector<PeerEntry> peers;
  HostPort rpc_listen{"127.0.0.1", 27001};
  std::optional<Duration> idle_interval;  // none: a quarter of the genesis' view timeout
  bool sync_always = true;                // false on a test genesis only
  std::string log_level = "info";         // trace, debug, info, warn, error
  bool log_json = false;
};

// Strict: an unknown, duplicate or missing key, a wrong type or range is an error naming
// file:line:column. Errors: not_found, bad_value and the like.
[[nodiscard]] Result<NodeConfig> read_node_config(const std::filesystem::path& file);
[[nodiscard]] std::string node_config_yaml(const NodeConfig& config);

}  // namespace hs
