#include "lib/crypto/signatures.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <memory>
#include <set>

#include "lib/base/check.h"
#include "lib/base/mutate.h"

namespace hs {
namespace {

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  HS_CHECK(started);
}

PublicKey public_key_of(const SecretKey::Seed& seed) {
  start_sodium();
  PublicKey key;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(key.bytes.data(), secret.data(), seed.data());
  sodium_memzero(secret.data(), secret.size());
  return key;
}

// libsodium's "secret key" is the seed followed by the public key, so no derivation is needed here.
Signature sign(const SecretKey::Seed& seed, const PublicKey& key, BytesView message) {
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  std::copy(seed.begin(), seed.end(), secret.begin());
  std::copy(key.bytes.begin(), key.bytes.end(), secret.begin() + seed.size());
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                       secret.data());
  sodium_memzero(secret.data(), secret.size());
  return signature;
}

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

bool verify_with_openssl(const PublicKey& key, BytesView message, const Signature& signature) {
  const std::unique_ptr<EVP_PKEY, FreeOpenSsl> handle(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  if (!handle) return false;
  const std::unique_ptr<EVP_MD_CTX, FreeOpenSsl> context(EVP_MD_CTX_new());
  HS_CHECK(context != nullptr);
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) != 1) {
    return false;
  }
  return EVP_DigestVerify(context.get(), signature.bytes.data(), signature.bytes.size(),
                          message.data(), message.size()) == 1;
}

}  // namespace

bool verify_ed25519(const PublicKey& key, BytesView message, const Signature& signature) {
  start_sodium();
  if (crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                  key.bytes.data()) == 0) {
    return true;
  }
  if (HS_MUTATE(S39)) return false;
  return verify_with_openssl(key, message, signature);
}

bool is_admissible_key(const PublicKey& key) {
  // A set that changes is judged whole, by the app and again by the replica, and nearly all of its
  // keys are those of the set before: the curve is asked about each of them once.
  constexpr std::size_t remembered_max = 1'024;
  thread_local std::set<PublicKey> admissible;
  if (admissible.contains(key)) return true;
  start_sodium();
  if (crypto_core_ed25519_is_valid_point(key.bytes.data()) != 1) return false;
  if (admissible.size() == remembered_max) admissible.clear();
  admissible.insert(key);
  return true;
}

const SignatureScheme& ed25519_scheme() {
  static constexpr SignatureScheme scheme{
      .public_key = public_key_of, .sign = sign, .verify = verify_ed25519};
  return scheme;
}

SecretKey::SecretKey(const Seed& seed, const Scheme& scheme)
    : seed_(seed), public_key_(scheme.public_key(seed)), scheme_(&scheme) {}

SecretKey::~SecretKey() { sodium_memzero(seed_.data(), seed_.size()); }

Signature SecretKey::sign(BytesView message) const {
  return scheme_->sign(seed_, public_key_, message);
}

}  // namespace hs
