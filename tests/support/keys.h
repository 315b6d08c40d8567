// Keys for tests: key n has the 32-byte seed of which every byte is n, as in the reference's
// vectors.
#pragma once
#include "lib/crypto/signatures.h"

namespace hs::test {

[[nodiscard]] inline SecretKey test_key(std::uint8_t n) {
  SecretKey::Seed seed;
  seed.fill(n);
  return SecretKey(seed, ed25519_scheme());
}

}  // namespace hs::test
