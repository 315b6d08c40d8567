// A block, and the hash that names it. [PROTOCOL 1.3, 1.5]
#pragma once
#include <memory>
#include <vector>

#include "lib/types/certificates.h"

namespace hs {

using Datum = Bytes;
using Data = std::vector<Datum>;

struct Block {
  Height height;
  Hash hash;
  PhaseCertificate justify;  // certificate of the parent; genesis_pc() at height 0
  Hash data_hash;            // chosen by the app; the only thing that binds `data` [S04]
  Data data;

  friend bool operator==(const Block&, const Block&) = default;
};

// SHA-256(borsh(height) ++ borsh(justify) ++ borsh(data_hash)); `data` is not covered.
[[nodiscard]] Hash block_hash(Height height, const PhaseCertificate& justify,
                              const Hash& data_hash);

// A block whose hash is computed.
[[nodiscard]] Block make_block(Height height, PhaseCertificate justify, const Hash& data_hash,
                               Data data);

void encode(BorshWriter& writer, const Data& data);
void encode(BorshWriter& writer, const Block& block);
Status decode(BorshReader& reader, Data& data);
// Does not recompute the hash; hotstuff/rules does, because a mismatch is the sender's fault.
Status decode(BorshReader& reader, Block& block);

}  // namespace hs
