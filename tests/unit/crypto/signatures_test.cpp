#include "lib/crypto/signatures.h"

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/support/random.h"

namespace hs::test {

TEST_CASE("signing follows RFC 8032, test 2", "[crypto]") {
  const Bytes seed =
      from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").value();
  SecretKey::Seed raw;
  std::copy(seed.begin(), seed.end(), raw.begin());
  const SecretKey key(raw, ed25519_scheme());
  CHECK(to_hex(key.public_key().view()) ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(to_hex(key.sign(Bytes{0x72}).view()) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST_CASE("a signature is good for its key and message alone", "[crypto]") {
  const SecretKey key = test_key(1);
  const Bytes message = to_bytes("vote");
  const Signature good = key.sign(message);
  CHECK(verify_ed25519(key.public_key(), message, good));
  CHECK_FALSE(verify_ed25519(test_key(2).public_key(), message, good));
  CHECK_FALSE(verify_ed25519(key.public_key(), to_bytes("veto"), good));
  Rng rng(3);
  for (int i = 0; i < 16; ++i) {
    Signature bad = good;
    bad.bytes.at(rng.below(64)) ^= static_cast<std::uint8_t>(1U << rng.below(8));
    CHECK_FALSE(verify_ed25519(key.public_key(), message, bad));
  }
}

TEST_CASE("weak keys and bytes that are no point are not admitted (S39)", "[crypto][S39]") {
  CHECK(is_admissible_key(test_key(1).public_key()));
  const char* const refused[] = {
      "0100000000000000000000000000000000000000000000000000000000000000",   // identity
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // order 2
      "0000000000000000000000000000000000000000000000000000000000000000",   // order 4
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // y not reduced
      "0200000000000000000000000000000000000000000000000000000000000000"};  // no point
  for (const char* key : refused) {
    INFO(key);
    CHECK_FALSE(is_admissible_key(fixed_from_hex<PublicKey>(key).value()));
  }
}

TEST_CASE("what was said of a key is said again, and of that key only", "[crypto][S39]") {
  PublicKey order_two{};
  order_two.bytes.fill(0xff);
  order_two.bytes.front() = 0xec;
  order_two.bytes.back() = 0x7f;
  for (std::uint8_t i = 1; i <= 3; ++i) {
    CHECK(is_admissible_key(test_key(1).public_key()));
    CHECK_FALSE(is_admissible_key(order_two));
  }
}

}  // namespace hs::test
