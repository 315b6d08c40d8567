#include "lib/crypto/verifier.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs::test {

TEST_CASE("a good signature is computed once", "[crypto]") {
  Verifier verifier(ed25519_scheme(), 16);
  const SecretKey key = test_key(1);
  const Signature signature = key.sign(as_bytes("vote"));
  CHECK(verifier.verify(key.public_key(), as_bytes("vote"), signature));
  CHECK(verifier.verify(key.public_key(), as_bytes("vote"), signature));
  CHECK(verifier.verified() == 1);
  CHECK(verifier.refused() == 0);
}

TEST_CASE("a refused signature is computed each time it is shown", "[crypto]") {
  Verifier verifier(ed25519_scheme(), 16);
  const Signature signature = test_key(1).sign(as_bytes("vote"));
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(verifier.verify(test_key(2).public_key(), as_bytes("vote"), signature));
  }
  CHECK(verifier.verified() == 3);
  CHECK(verifier.refused() == 3);
}

TEST_CASE("what is known good stands for its signer, message and signature only", "[crypto]") {
  Verifier verifier(ed25519_scheme(), 16);
  const SecretKey key = test_key(1);
  const Signature signature = key.sign(as_bytes("vote"));
  REQUIRE(verifier.verify(key.public_key(), as_bytes("vote"), signature));
  CHECK_FALSE(verifier.verify(key.public_key(), as_bytes("veto"), signature));
  CHECK_FALSE(verifier.verify(test_key(2).public_key(), as_bytes("vote"), signature));
  Signature other = signature;
  other.bytes[0] ^= 1;
  CHECK_FALSE(verifier.verify(key.public_key(), as_bytes("vote"), other));
}

TEST_CASE("the set of digests stays bounded and forgets the oldest", "[crypto]") {
  DigestSet set(3);
  const auto digest = [](const char* name) { return sha256(as_bytes(name)); };
  for (const char* name : {"a", "b", "b", "c", "d"}) set.insert(digest(name));
  CHECK(set.size() == 3);
  CHECK_FALSE(set.contains(digest("a")));
  for (const char* name : {"b", "c", "d"}) CHECK(set.contains(digest(name)));
}

TEST_CASE("a digest that comes again takes no second place", "[crypto]") {
  DigestSet set(3);
  for (const char* name : {"a", "a", "b"}) set.insert(sha256(as_bytes(name)));
  CHECK(set.size() == 2);
}

TEST_CASE("the set of digests makes room for as many as it is allowed", "[crypto]") {
  constexpr int many = 1'000;
  DigestSet set(many);
  const auto digest = [](int i) { return sha256(as_bytes(std::to_string(i))); };
  for (int i = 0; i < 3 * many; ++i) {
    set.insert(digest(i));
    REQUIRE(set.contains(digest(i)));
  }
  CHECK(set.size() == many);
  for (int i = 0; i < 3 * many; ++i) REQUIRE(set.contains(digest(i)) == (i >= 2 * many));
}

TEST_CASE("digests that look alike are found as long as they are remembered", "[crypto]") {
  // All want one of two places next to each other, so that those that leave stand in the way of
  // those that stay.
  // An odd number: who comes wants the other place than who leaves, and does not fill its gap.
  DigestSet set(41);
  const auto digest = [](std::uint8_t i) {
    Hash hash;
    hash.bytes[0] = i % 2 == 0 ? 0xff : 0xfe;
    hash.bytes[31] = i;
    return hash;
  };
  for (std::uint8_t last = 0; last < 200; ++last) {
    set.insert(digest(last));
    for (std::uint8_t i = 0; i <= last; ++i) REQUIRE(set.contains(digest(i)) == (last - i < 41));
    REQUIRE(set.size() == std::min<std::size_t>(last + 1U, 41));
  }
}

}  // namespace hs::test
