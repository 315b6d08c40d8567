// testnet.yaml: what a testnet is made of. Names and ports follow from it: node i is "n<i>",
// listens for peers on base_port + 10 i and for RPC on base_port + 10 i + 1, all on 127.0.0.1.
// Names are in the order of the keys, so that with equal powers the leader of view v is n(v mod n).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "testnet/layout.h"

namespace hs {

constexpr std::uint16_t base_port_default = 27000;
constexpr std::uint16_t ports_per_node = 10;
constexpr std::size_t testnet_nodes_max = 100;  // a thousand ports

// Genesis parameters that the user chose; none: the genesis' own default.
struct TestnetParams {
  std::optional<Duration> view_timeout;
  std::optional<std::uint32_t> epoch_length;
  friend bool operator==(const TestnetParams&, const TestnetParams&) = default;
};

struct TestnetNode {
  std::string name;  // "n0"
  std::uint16_t p2p_port;
  std::uint16_t rpc_port;
  std::filesystem::path home;

  [[nodiscard]] std::string p2p() const { return "127.0.0.1:" + std::to_string(p2p_port); }
  [[nodiscard]] std::string rpc() const { return "127.0.0.1:" + std::to_string(rpc_port); }
};

struct TestnetRecord {
  std::string name;
  std::size_t validators = 4;  // 1 ..= testnet_nodes_max
  std::uint16_t base_port = base_port_default;
  TestnetParams params;
  friend bool operator==(const TestnetRecord&, const TestnetRecord&) = default;

  [[nodiscard]] std::vector<TestnetNode> nodes(const TestnetLayout& layout) const;
  // Nodes that may fail while the others still make progress: (n - 1) / 3.
  [[nodiscard]] std::size_t faults_tolerated() const { return (validators - 1) / 3; }
};

// Errors: as lib/config/yaml.h, with file:line:column.
[[nodiscard]] Result<TestnetRecord> read_testnet_record(const TestnetLayout& layout);
[[nodiscard]] std::string to_yaml(const TestnetRecord& record);

// A node by its name. Error: not_found, naming the nodes there are.
[[nodiscard]] Result<TestnetNode> find_node(const TestnetLayout& layout, const std::string& name);

}  // namespace hs
