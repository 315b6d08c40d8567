// A hash for tables whose keys are digests already: eight of their bytes tell two apart as well as
// any hash of them would. Keys that share those bytes can be searched for, at more hashing than a
// bounded table then costs us; a table without a bound that strangers fill needs a salt.
#pragma once
#include <cstring>

#include "lib/crypto/sha256.h"

namespace hs {

struct FirstBytes {
  [[nodiscard]] std::size_t operator()(const Hash& digest) const {
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};

}  // namespace hs
