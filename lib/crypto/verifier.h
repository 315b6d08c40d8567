// Verification with memory: a signature costs its 36 microseconds at most once per replica.
#pragma once
#include <cstdint>
#include <vector>

#include "lib/crypto/first_bytes.h"
#include "lib/crypto/signatures.h"

namespace hs {

// A bounded set of digests of what is known to be good. The oldest entries leave first.
class DigestSet {
 public:
  // Requires 0 < entries_max < 2^31. Memory is taken as entries come.
  explicit DigestSet(std::size_t entries_max);
  [[nodiscard]] bool contains(const Hash& digest) const;
  void insert(const Hash& digest);
  [[nodiscard]] std::size_t size() const { return ring_.size(); }

 private:
  [[nodiscard]] std::size_t home_of(const Hash& digest) const;
  [[nodiscard]] std::size_t slot_after(std::size_t slot) const;
  void point_at(std::size_t place);
  void forget(std::size_t place);

  std::size_t entries_max_;
  std::vector<Hash> ring_;  // in order of arrival; once it is full, oldest_ is overwritten next
  std::size_t oldest_ = 0;
  // Where in the ring a digest stands, plus 1, at its home slot or in the unbroken row of taken
  // slots after it; 0 where there is nothing. A power of two, at least twice as many as entries.
  // Every message is looked up here, and nodes of a std::unordered_set lie all over memory.
  std::vector<std::uint32_t> slots_;
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
