// Ed25519 for worlds: all replicas of a run, and its checks, are shown the same signatures, and
// each is computed once for all of them.
#pragma once
#include "lib/crypto/signatures.h"

namespace hs::sim {

// Judges exactly as ed25519_scheme() does. What it has found good it remembers, for the calling
// thread; a refused signature is computed each time.
[[nodiscard]] const SignatureScheme& shared_ed25519_scheme();

}  // namespace hs::sim
