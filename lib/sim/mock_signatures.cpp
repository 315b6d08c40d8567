#include "lib/sim/mock_signatures.h"

#include "lib/crypto/sha256.h"

namespace hs::sim {
namespace {

PublicKey public_key_of(const SecretKey::Seed& seed) { return ed25519_scheme().public_key(seed); }

Signature tag_of(const PublicKey& key, BytesView message) {
  const Hash hash = sha256({as_bytes("mock signature"), key.view(), message});
  Signature tag;
  std::copy(hash.bytes.begin(), hash.bytes.end(), tag.bytes.begin());
  std::copy(hash.bytes.begin(), hash.bytes.end(), tag.bytes.begin() + Hash::size);
  return tag;
}

Signature sign(const SecretKey::Seed&, const PublicKey& key, BytesView message) {
  return tag_of(key, message);
}

bool verify(const PublicKey& key, BytesView message, const Signature& signature) {
  return tag_of(key, message) == signature;
}

}  // namespace

const SignatureScheme& mock_scheme() {
  static constexpr SignatureScheme scheme{
      .public_key = public_key_of, .sign = sign, .verify = verify};
  return scheme;
}

}  // namespace hs::sim
