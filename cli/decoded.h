// Any bytes of the protocol as a tree of names and values: for people who hold a dump and want to
// know what it says. Judges the layout, not the meaning: no signature is checked.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/rpc/encoding.h"

namespace hs {

struct Decoded {
  std::string kind;  // "Proposal", "Block", "Transaction", ...
  Json value;
};

// What can be asked for: "frame", "message", "block", "pc", "tc", "transaction", "data",
// "validator-set".
[[nodiscard]] const std::vector<std::string>& decodable_kinds();

// `bytes` as the given kind, all of them. Errors: as the kind's decoder.
[[nodiscard]] Result<Decoded> decode_as(const std::string& kind, BytesView bytes);

// As the first kind, in the order above, that takes all of the bytes. Error: bad_value if none
// does.
[[nodiscard]] Result<Decoded> decode_any(BytesView bytes);

}  // namespace hs
