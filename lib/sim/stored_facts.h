// What each node's disk says, read from the bytes it writes and not from the node.
//   L3   entered, voted, locked, highest PC, highest TC and committed height never go back, and
//        after a restart are what was last on disk [I07]
//   I09  a vote is for a block in the voter's store
//   L8   nothing leaves before what it depends on is on disk [S02, I08]
#pragma once
#include <optional>
#include <vector>

#include "lib/replica/safety_record.h"
#include "lib/sim/violation.h"
#include "lib/store/store.h"
#include "lib/types/messages.h"

namespace hs::sim {

// What a stored phase certificate is of.
struct Certified {
  Hash block;
  std::uint8_t phase = 0;  // as stored
  friend bool operator==(const Certified&, const Certified&) = default;
};

// Views and heights at the top of a node's store; none where the key is missing.
struct StoredFacts {
  std::optional<View> entered;
  std::optional<View> voted;
  std::optional<View> locked;
  Certified locked_of;
  std::optional<View> highest_pc;
  Certified highest_pc_of;
  std::optional<View> highest_tc;
  std::optional<Height> committed;

  // Takes over what a batch changes.
  void read(const WriteBatch& batch);
  [[nodiscard]] static StoredFacts of(const KvReader& store);
  friend bool operator==(const StoredFacts&, const StoredFacts&) = default;
};

class StoredFactsCheck {
 public:
  StoredFactsCheck(std::size_t nodes, Judge& judge) : judge_(judge), nodes_(nodes) {}

  void on_write(NodeIndex node, const WriteBatch& batch, bool sync);
  // `disk` is the node's.
  void on_record(NodeIndex node, const SafetyRecord& record, const KvReader& disk);
  // The node's disk as a crash left it: not older than what was synced.
  void on_crash(NodeIndex node, const KvReader& disk);
  // Before the node opens its store: what it last said must be what is there.
  void on_start(NodeIndex node, const KvReader& disk, const std::optional<SafetyRecord>& record);
  // `disk` is the sender's. `is_passed`: the block that it votes for is at or below a height that
  // it has committed by now: it may have been pruned since, in the same step even.
  void on_send(NodeIndex node, const Message& message, const KvReader& disk,
               bool is_passed = false);
  void on_commit_told(NodeIndex node, Height height);

  [[nodiscard]] const StoredFacts& live(NodeIndex node) const { return nodes_[node].live; }

 private:
  struct Disk {
    StoredFacts live;     // as the process sees it
    StoredFacts durable;  // as of the last sync
    std::optional<SafetyRecord> record;
  };
  void check_monotone(NodeIndex node, const StoredFacts& before, const StoredFacts& after);
  void check_record(NodeIndex node, const SafetyRecord& before, const SafetyRecord& after,
                    const KvReader& disk);
  void on_vote(NodeIndex node, const PhaseVote& vote, bool is_held);

  Judge& judge_;
  std::vector<Disk> nodes_;
};

}  // namespace hs::sim
