// What chain the nodes build and commit.
//   L5   a stored block's hash, height and parent fit
//   L6   a committed block extends what was committed before it, on each node
//   G2   what any node commits extends what was committed by any
//   G1   no two nodes commit different blocks at one height [I15]
//   G7   what is committed is the start of three certified blocks of consecutive views, or changes
//        the validator set and carries a Commit or Decide certificate
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "lib/crypto/first_bytes.h"
#include "lib/sim/certificate_oracle.h"
#include "lib/store/store.h"
#include "lib/types/block.h"

namespace hs::sim {

class ChainOracle {
 public:
  ChainOracle(std::size_t nodes, SetBook& sets, const CertificateOracle& certificates,
              Judge& judge);

  // Every block is first seen here: its leader sends it before anyone can store it.
  void on_proposal(NodeIndex node, const std::shared_ptr<const Block>& block);
  // The same of a faulty node: a block without rhyme or reason is not one that anyone may store.
  void on_word_of_faulty(NodeIndex node, const std::shared_ptr<const Block>& block);
  // `disk` already holds the block.
  void on_insert(NodeIndex node, const Block& block, const KvReader& disk);
  void on_commit(NodeIndex node, const Hash& block, Height height);
  // Ends a step: the topmost of the blocks that it committed must carry the evidence for all.
  void end_step(NodeIndex node);
  // A restarted node goes on from what its disk says: a crash may have come after a commit was
  // written and before it was told.
  void on_start(NodeIndex node, std::optional<Height> committed, const KvReader& disk);

  [[nodiscard]] std::optional<Height> committed(NodeIndex node) const { return committed_[node]; }
  [[nodiscard]] std::optional<Height> tip() const { return tip_; }
  // The block that all agree on at a height at or below the tip.
  [[nodiscard]] const Block& block_at(Height height) const;
  // The block if it has been proposed; null otherwise.
  [[nodiscard]] const Block* find(const Hash& hash) const;
  // Has this block been proposed, and no higher than that?
  [[nodiscard]] bool is_at_or_below(const Hash& block, std::optional<Height> height) const;
  // Its hash; none above the tip.
  [[nodiscard]] std::optional<Hash> hash_at(Height height) const;
  // Below this height nobody will ask any more, and nothing is away that could come back to it: the
  // blocks of the chain up to there are dropped, their hashes stay.
  void forget_below(Height height);

 private:
  struct Known {
    std::shared_ptr<const Block> block;
    std::vector<Hash> children;
  };
  void check_shape(NodeIndex node, const Block& block);
  void commit(NodeIndex node, const Hash& block, Height height);
  [[nodiscard]] bool has_three_chain(const Hash& block) const;
  [[nodiscard]] bool has_evidence(const Hash& block) const;

  SetBook& sets_;
  const CertificateOracle& certificates_;
  Judge& judge_;
  std::unordered_map<Hash, Known, FirstBytes> blocks_;  // looked up only, never walked
  std::vector<Hash> canonical_;                         // by height
  std::uint64_t forgotten_below_ = 0;
  std::vector<std::optional<Height>> committed_;    // by node
  std::vector<std::optional<Hash>> committed_now_;  // topmost of the running step, by node
  std::optional<Height> tip_;
};

}  // namespace hs::sim
