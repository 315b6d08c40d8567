#include "lib/sim/shared_signatures.h"

#include "lib/crypto/verifier.h"

namespace hs::sim {
namespace {

constexpr std::size_t remembered_max = 1 << 15;  // those of the last few hundred views, n = 31

bool verify_once(const PublicKey& key, BytesView message, const Signature& signature) {
  // Whether a signature is good depends on nothing but the three arguments, so this may outlive
  // runs without one run showing in another.
  thread_local Verifier verifier(ed25519_scheme(), remembered_max);
  return verifier.verify(key, message, signature);
}

}  // namespace

const SignatureScheme& shared_ed25519_scheme() {
  static const SignatureScheme scheme{.public_key = ed25519_scheme().public_key,
                                      .sign = ed25519_scheme().sign,
                                      .verify = verify_once};
  return scheme;
}

}  // namespace hs::sim
