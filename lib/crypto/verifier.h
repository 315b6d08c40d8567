// Verification with memory: a signature costs its 36 microseconds at most once per replica.
#pragma once
#include <cstdint>
#include <queue>
#include <unordered_set>

#include "lib/crypto/first_bytes.h"
#include "lib/crypto/signatures.h"

namespace hs {

// A bounded set of digests of what is known to be good. The oldest entries leave first.
class DigestSet {
 public:
  explicit DigestSet(std::size_t entries_max) : entries_max_(entries_max) {}
  [[nodiscard]] bool contains(const Hash& digest) const { return present_.contains(digest); }
  void insert(const Hash& digest);
  [[nodiscard]] std::size_t size() const { return present_.size(); }

 private:
  std::size_t entries_max_;
  std::unordered_set<Hash, FirstBytes> present_;  // looked up only, never walked
  std::queue<Hash> order_;
};

// One per replica; used by one thread. The cache key is the hash of signer, statement and
// signature, so a refused signature is never remembered as good and a good one never has to be
// shown twice.
class Verifier {
 public:
  Verifier(const SignatureScheme& scheme, std::size_t entries_max)
      : scheme_(&scheme), good_(entries_max) {}

  [[nodiscard]] bool verify(const PublicKey& key, BytesView message, const Signature& signature);
  [[nodiscard]] std::uint64_t verified() const { return verified_; }  // checks that were computed
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  const SignatureScheme* scheme_;
  DigestSet good_;
  std::uint64_t verified_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace hs
