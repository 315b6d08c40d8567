// The validator sets of a chain by height, worked out from its genesis and the changes that a node
// tells of: each must be signed by the authority and fit the set before it, so a node cannot invent
// one. Leaving one out shows in the certificates above it.
#pragma once
#include <optional>
#include <vector>

#include "genesis/genesis.h"
#include "lib/base/result.h"
#include "lib/types/certificates.h"
#include "lib/validators/validator_set.h"

namespace hs {

// A change as a node tells it: its height, and the bytes of the transaction.
struct ToldChange {
  Height height;
  Bytes transaction;
};

class SetHistory {
 public:
  explicit SetHistory(const Genesis& genesis);

  // The next change. Errors: bad_value (no change of this chain, heights that do not ascend, not
  // signed by the authority, not allowed by the set).
  [[nodiscard]] Status add(const ToldChange& change);

  // In force after the block at a height; none: before the first block.
  [[nodiscard]] const ValidatorSet& after(std::optional<Height> height) const;
  // The set that signs a certificate of the block at `height`. [PROTOCOL 1.8]
  [[nodiscard]] const ValidatorSet& judge(const PhaseCertificate& pc, Height height) const;
  [[nodiscard]] const ValidatorSet& newest() const { return sets_.back().set; }

 private:
  struct Since {
    std::optional<Height> height;
    ValidatorSet set;
  };
  ChainId chain_id_;
  std::optional<PublicKey> authority_;
  std::vector<Since> sets_;  // ascending; the first is that of the genesis
};

}  // namespace hs
