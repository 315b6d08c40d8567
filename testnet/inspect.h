// A testnet as it is now: what the processes do, and what the nodes say.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "testnet/record.h"
#include "testnet/state.h"

namespace hs {

struct NodeView {
  TestnetNode node;
  NodeState state = NodeState::stopped;
  pid_t pid = 0;                        // 0: has no process
  std::vector<std::string> misbehaved;  // what it was ever told to do wrong, as its home is marked
  std::optional<std::string> fork;      // why it has stopped for good [S57]
  // Why `misbehaved` or `fork` could not be read from its home; they are empty then.
  std::optional<std::string> home_error;
  // From the node itself; none if it does not run or did not answer.
  bool answered = false;
  std::string role = "validator";
  // What it is told to do wrong now; of a node that runs and does not answer, as far as is known.
  std::optional<std::string> byzantine;
  std::optional<std::uint64_t> view;
  std::optional<std::uint64_t> committed_height;
  std::optional<std::string> committed_hash;
  std::optional<std::string> leader;  // name of the leader of its view
  std::optional<std::uint64_t> lag;   // blocks behind the highest committed one
};

struct TestnetView {
  std::string name;
  std::string genesis_hash;
  pid_t supervisor_pid = 0;
  SupervisorCondition supervisor = SupervisorCondition::stopped;
  std::vector<NodeView> nodes;

  // Nodes that have a process that is not paused.
  [[nodiscard]] std::size_t running() const;
  // Nodes that are no listeners, and those of them that run.
  [[nodiscard]] std::size_t validators() const;
  [[nodiscard]] std::size_t running_validators() const;
  // Those of the running ones that are told to misbehave.
  [[nodiscard]] std::size_t byzantine_validators() const;
  // Name of the leader of the highest view that a node is in.
  [[nodiscard]] std::optional<std::string> leader() const;
};

// Asks every running node, one second each at most. Works without a supervisor, from the files.
// Errors: those of the testnet's files.
[[nodiscard]] Result<TestnetView> inspect_testnet(const TestnetLayout& layout);
// The same without asking the nodes.
[[nodiscard]] Result<TestnetView> inspect_processes(const TestnetLayout& layout);

// hs.testnet/v1
[[nodiscard]] nlohmann::ordered_json to_json(const TestnetView& view);

}  // namespace hs
