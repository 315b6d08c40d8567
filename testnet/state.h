// supervisor.json: who supervises, and what it knows of its nodes. Written at every change, so that
// everything can be told from the file when the supervisor is dead.
#pragma once
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "testnet/layout.h"
#include "testnet/process.h"

namespace hs {

// stopped: on purpose (stop, down). dead: killed, or ended by itself.
enum class NodeState { running, paused, stopped, dead };
[[nodiscard]] std::string to_text(NodeState state);

struct NodeEntry {
  std::string name;
  NodeState state = NodeState::stopped;
  ProcessId process;  // the last one it had; pid 0 if it never ran
};

struct SupervisorState {
  ProcessId supervisor;  // pid 0: none, the net was taken down
  std::vector<NodeEntry> nodes;
};

// Replaces the file. Error: io.
[[nodiscard]] Status write_state(const TestnetLayout& layout, const SupervisorState& state);
// What the file says, corrected by what is: a node that the file calls running and whose process is
// gone is dead, and a supervisor that is gone keeps its pid. Without a file, nobody has ever
// supervised. Error: corrupt, io.
[[nodiscard]] Result<SupervisorState> read_state(const TestnetLayout& layout);

enum class SupervisorCondition { running, paused, stopped, dead };
// stopped: the net was taken down cleanly. dead: it was killed, its nodes with it.
[[nodiscard]] SupervisorCondition supervisor_condition(const SupervisorState& state);
[[nodiscard]] std::string to_text(SupervisorCondition condition);

}  // namespace hs
