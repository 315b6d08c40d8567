// SHA-256: block hashes, data hashes, transaction ids, cache keys.
#pragma once
#include <initializer_list>

#include "lib/base/bytes.h"

namespace hs {

struct HashTag;
using Hash = FixedBytes<HashTag, 32>;  // any SHA-256; all zero means "no block" (genesis parent)

// The hash of the concatenation of `parts`. Thread-safe.
[[nodiscard]] Hash sha256(std::initializer_list<BytesView> parts);
[[nodiscard]] inline Hash sha256(BytesView bytes) { return sha256({bytes}); }

}  // namespace hs
