// What a replica has promised by its votes, kept outside the store so that it survives a reset of
// the data. [PROTOCOL 3A.1, ARCHITECTURE 5]
#pragma once
#include <optional>

#include "lib/blocktree/tree_reader.h"
#include "lib/codec/borsh.h"
#include "lib/types/certificates.h"

namespace hs {

struct SafetyRecord {
  std::optional<View> voted_view;
  Phase voted_phase = Phase::generic;
  Hash voted_block;
  std::optional<View> timeout_view;  // highest view of a TimeoutVote
  View locked_view;
  Hash locked_block;  // zero while the lock is the genesis PC

  friend bool operator==(const SafetyRecord&, const SafetyRecord&) = default;
};

// Does the record hold a promise that the database does not know of? Then the data were reset, or
// rolled back. [S02]
[[nodiscard]] bool is_ahead(const SafetyRecord& record, const TreeReader& database);

void encode(BorshWriter& writer, const SafetyRecord& record);
Status decode(BorshReader& reader, SafetyRecord& record);

}  // namespace hs
