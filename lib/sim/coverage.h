// The corners that a campaign must have been in, beyond what events and faults count by themselves.
// [RELIABILITY 3, coverage]
#pragma once
#include <vector>

#include "lib/sim/chain_oracle.h"
#include "lib/sim/marks.h"
#include "lib/types/messages.h"

namespace hs::sim {

class Coverage {
 public:
  // The chain and the marks outlive this.
  Coverage(std::size_t nodes, std::uint64_t epoch_length, const ChainOracle& chain, Marks& marks)
      : epoch_length_(epoch_length), chain_(chain), marks_(marks), nodes_(nodes) {}

  // `entered`: the view that the disk of a node says when it starts.
  void on_start(NodeIndex node, std::optional<View> entered);
  // Before the chain oracle is told of it.
  void on_send(const Message& message);
  void on_event(NodeIndex node, const Event& event);
  void end_step(NodeIndex node);

 private:
  struct Seen {
    std::uint64_t commits = 0;  // in the step under way
    std::optional<View> highest_tc;
  };

  std::uint64_t epoch_length_;
  const ChainOracle& chain_;
  Marks& marks_;
  std::vector<Seen> nodes_;
};

// What `hs sim fuzz --require-marks` and the tests want to have seen at least once, over the
// profiles swarm, crash, partition, sync, vsu, disk and byz together.
[[nodiscard]] const std::vector<std::string>& required_marks();
// Those of them that a campaign has not seen.
[[nodiscard]] std::vector<std::string> missing_marks(const Marks& marks);

}  // namespace hs::sim
