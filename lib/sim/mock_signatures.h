// A signature scheme that costs one hash: enough for a world in which nobody computes what he could
// not have signed. Never used outside the simulator.
#pragma once
#include "lib/crypto/signatures.h"

namespace hs::sim {

// A signature is the hash of key and statement, twice. Public keys are those of Ed25519, so that
// rules about admissible keys see real points. Thread-safe.
[[nodiscard]] const SignatureScheme& mock_scheme();

}  // namespace hs::sim
