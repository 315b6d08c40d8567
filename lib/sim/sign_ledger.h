// What every node has ever signed or proposed, kept by the world and not by the node, so that a
// node that forgets is found out.
//   L1   a validator signs at most one PhaseVote a view, in rising views, across all restarts [I06]
//   L2   a leader makes at most one proposal a view, across all restarts
//   I30  AdvanceViews are broadcast with rising certificates
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "lib/sim/violation.h"
#include "lib/types/messages.h"

namespace hs::sim {

class SignLedger {
 public:
  SignLedger(std::size_t nodes, Judge& judge);

  void on_start(NodeIndex node) { nodes_[node].advanced.reset(); }
  void on_send(NodeIndex node, bool to_all, const Message& message);

 private:
  struct Statement {
    Hash block;
    Phase phase = Phase::generic;
    friend bool operator==(const Statement&, const Statement&) = default;
  };
  struct Signer {
    std::map<View, Statement> votes;    // the newest few hundred
    std::map<View, Hash> proposals;     // likewise
    std::optional<View> advanced;       // certificate of the newest broadcast AdvanceView
  };
  void on_vote(NodeIndex node, const PhaseVote& vote);
  void on_proposal(NodeIndex node, View view, const Hash& block);
  void on_advance(NodeIndex node, const AdvanceView& message);

  Judge& judge_;
  std::vector<Signer> nodes_;
};

}  // namespace hs::sim
