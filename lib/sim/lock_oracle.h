// No vote leaves the branch that its voter is locked on, unless a newer certificate shows that a
// quorum has moved on. [HS-VOTE-3]
//   L9   a vote for a new block passes the voter's lock as it stands on disk
#pragma once
#include <optional>
#include <vector>

#include "lib/sim/chain_oracle.h"
#include "lib/store/store.h"
#include "lib/types/messages.h"

namespace hs::sim {

class LockOracle {
 public:
  // Both outlive the oracle.
  LockOracle(std::size_t nodes, const ChainOracle& chain, Judge& judge)
      : chain_(chain), judge_(judge), nodes_(nodes) {}

  void on_start(NodeIndex node, const KvReader& disk);
  void on_write(NodeIndex node, const WriteBatch& batch);
  void on_send(NodeIndex node, const Message& message);
  void end_step(NodeIndex node) { nodes_[node].before = nodes_[node].now; }

 private:
  struct Lock {
    View view;
    Hash block;
  };
  // A step may vote and then, with what else it had to do, move its lock: the vote has to pass one
  // of the two.
  struct Locks {
    std::optional<Lock> before;
    std::optional<Lock> now;
    std::optional<View> judged;  // of the newest vote: its second copy [S47] leaves later
  };
  [[nodiscard]] static std::optional<Lock> read(BytesView stored);
  [[nodiscard]] bool passes(const Block& block, const Lock& lock) const;

  const ChainOracle& chain_;
  Judge& judge_;
  std::vector<Locks> nodes_;
};

}  // namespace hs::sim
