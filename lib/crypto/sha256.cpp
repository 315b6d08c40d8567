#include "lib/crypto/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "lib/base/check.h"

namespace hs {
namespace {

struct FreeDigest {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetching the digest and allocating a context cost more than hashing a small message: once each.
EVP_MD* digest() {
  static const std::unique_ptr<EVP_MD, FreeDigest> fetched(
      EVP_MD_fetch(nullptr, "SHA256", nullptr));
  HS_CHECK(fetched != nullptr);
  return fetched.get();
}

}  // namespace

Hash sha256(std::initializer_list<BytesView> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  HS_CHECK(context != nullptr);
  HS_CHECK(EVP_DigestInit_ex2(context.get(), digest(), nullptr) == 1);
  for (const BytesView part : parts) {
    HS_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  Hash hash;
  HS_CHECK(EVP_DigestFinal_ex(context.get(), hash.bytes.data(), nullptr) == 1);
  return hash;
}

}  // namespace hs
