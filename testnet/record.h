// testnet.yaml: what a testnet is made of. Names and ports follow from it: node i is "n<i>",
// listens for peers on base_port + 10 i and for RPC on base_port + 10 i + 1, all on 127.0.0.1.
// Names are in the order of the keys, so that with equal powers the leader of view v is n(v mod n),
// as long as no node was added or removed. A number is given once: the home of a node that was
// removed stays, and with it the record of its votes.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "testnet/layout.h"

namespace hs {

constexpr std::uint16_t base_port_default = 27000;
constexpr std::uint16_t ports_per_node = 10;
constexpr std::size_t testnet_nodes_max = 100;     // at the beginning: a thousand ports
constexpr std::size_t testnet_numbers_max = 1000;  // with those added and removed since

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
  bool listener = false;  // it was added to listen, or is not a validator yet

  [[nodiscard]] std::string p2p() const { return "127.0.0.1:" + std::to_string(p2p_port); }
  [[nodiscard]] std::string rpc() const { return "127.0.0.1:" + std::to_string(rpc_port); }
};

struct TestnetRecord {
  std::string name;
  std::size_t validators = 4;  // of the genesis; 1 ..= testnet_nodes_max
  std::uint16_t base_port = base_port_default;
  TestnetParams params;
  std::size_t added = 0;            // numbers given since: validators ..< validators + added
  std::set<std::size_t> removed;    // of the nodes that are gone
  std::set<std::size_t> listeners;  // of those that are there
  // By number, what nodes are told to do wrong whenever they run: strategies of `hs node run
  // --byzantine`. Whatever they were told before, their homes are marked with.
  std::map<std::size_t, std::string> byzantine;
  friend bool operator==(const TestnetRecord&, const TestnetRecord&) = default;

  [[nodiscard]] std::vector<TestnetNode> nodes(const TestnetLayout& layout) const;
  // The node of a number, whether there is one or not. Requires that its ports fit.
  [[nodiscard]] TestnetNode node(const TestnetLayout& layout, std::size_t number) const;
  // Numbers given so far; each has its ports.
  [[nodiscard]] std::size_t numbers() const { return validators + added; }
  // Validators that may fail while the others still make progress: (n - 1) / 3.
  [[nodiscard]] std::size_t faults_tolerated() const;
};

// Errors: as lib/config/yaml.h, with file:line:column.
[[nodiscard]] Result<TestnetRecord> read_testnet_record(const TestnetLayout& layout);
[[nodiscard]] std::string to_yaml(const TestnetRecord& record);
// Replaces testnet.yaml. Error: io.
[[nodiscard]] Status write_testnet_record(const TestnetLayout& layout, const TestnetRecord& record);

// A node by its name. Error: not_found, naming the nodes there are.
[[nodiscard]] Result<TestnetNode> find_node(const TestnetLayout& layout, const std::string& name);
// 4 of "n4". Requires the name of a node.
[[nodiscard]] std::size_t number_of_node(const std::string& name);

}  // namespace hs
