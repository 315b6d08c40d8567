// Which validator set is in force where, told from the blocks alone: each block's ancestors say
// which set judges it, and its own updates which set decides it and judges its children.
// [PROTOCOL 2.6]
#pragma once
#include <memory>
#include <unordered_map>
#include <vector>

#include "lib/crypto/first_bytes.h"
#include "lib/sim/app_kit.h"
#include "lib/sim/cast.h"
#include "lib/sim/member_set.h"
#include "lib/types/block.h"

namespace hs::sim {

using MemberSetPtr = std::shared_ptr<const MemberSet>;

class SetBook {
 public:
  SetBook(const Cast& cast, const AppKit& app);

  struct Entry {
    Hash parent;          // zero for a first block
    MemberSetPtr before;  // judges Generic, Prepare, Precommit and Commit certificates of the block
    MemberSetPtr after;   // judges its Decide certificate and everything above it
    bool has_updates = false;
  };
  // Every block that is proposed, parents first.
  void on_block(const Block& block);
  // Null for a block that nobody has proposed, or that is forgotten.
  [[nodiscard]] const Entry* find(const Hash& block) const;
  [[nodiscard]] const MemberSetPtr& initial() const { return initial_; }
  void forget(const Hash& block) { entries_.erase(block); }

 private:
  const AppKit& app_;
  MemberSetPtr initial_;
  std::unordered_map<Hash, Entry, FirstBytes> entries_;  // looked up only, never walked
};

}  // namespace hs::sim
