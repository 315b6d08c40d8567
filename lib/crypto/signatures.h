// Ed25519 keys and signatures, and the one rule by which a signature is good.
#pragma once
#include <optional>
#include <string>

#include "lib/base/bytes.h"

namespace hs {

struct PublicKeyTag;
struct SignatureTag;
using PublicKey = FixedBytes<PublicKeyTag, 32>;  // compressed Edwards point, as given
using Signature = FixedBytes<SignatureTag, 64>;  // R then S

// A secret key held in memory; wiped when destroyed. Never printed, never copied to a log.
class SecretKey {
 public:
  // The 32-byte seed of RFC 8032.
  using Seed = std::array<std::uint8_t, 32>;

  // How signatures are made and judged. The simulator brings a cheap scheme of its own; everything
  // else uses ed25519_scheme(). Both functions are thread-safe and pure.
  struct Scheme {
    PublicKey (*public_key)(const Seed& seed);
    Signature (*sign)(const Seed& seed, const PublicKey& key, BytesView message);
    bool (*verify)(const PublicKey& key, BytesView message, const Signature& signature);
  };

  SecretKey(const Seed& seed, const Scheme& scheme);
  ~SecretKey();
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] const Seed& seed() const { return seed_; }  // for key files and TLS only
  [[nodiscard]] const Scheme& scheme() const { return *scheme_; }
  [[nodiscard]] Signature sign(BytesView message) const;

 private:
  Seed seed_;
  PublicKey public_key_;
  const Scheme* scheme_;
};
using SignatureScheme = SecretKey::Scheme;

// RFC 8032 Ed25519, no prehash, no context.
[[nodiscard]] const SignatureScheme& ed25519_scheme();

// The rule of dalek's plain `verify`, which every replica must share bit for bit: good if libsodium
// accepts, or, on its refusal, if OpenSSL does. [PROTOCOL 1.7, S39]
[[nodiscard]] bool verify_ed25519(const PublicKey& key, BytesView message,
                                  const Signature& signature);

// Is the key one that may be admitted to a validator set: a canonical point of the main subgroup?
// Asked at genesis and by set updates only, never when a certificate is judged. [S28, S39]
[[nodiscard]] bool is_admissible_key(const PublicKey& key);

}  // namespace hs
