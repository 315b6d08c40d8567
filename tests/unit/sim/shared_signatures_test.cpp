#include "lib/sim/shared_signatures.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs::sim {
namespace {

TEST_CASE("shared signatures are judged as Ed25519 judges them, however often", "[sim]") {
  const SignatureScheme& shared = shared_ed25519_scheme();
  const SecretKey key = test::test_key(1);
  const SecretKey other = test::test_key(2);
  const Signature good = key.sign(as_bytes("vote"));
  Signature bad = good;
  bad.bytes[40] ^= 1;
  for (int i = 0; i < 3; ++i) {
    CHECK(shared.verify(key.public_key(), as_bytes("vote"), good));
    CHECK_FALSE(shared.verify(key.public_key(), as_bytes("veto"), good));
    CHECK_FALSE(shared.verify(other.public_key(), as_bytes("vote"), good));
    CHECK_FALSE(shared.verify(key.public_key(), as_bytes("vote"), bad));
  }
}

TEST_CASE("shared signatures are made as Ed25519 makes them", "[sim]") {
  const SecretKey ed25519 = test::test_key(1);
  const SecretKey shared(ed25519.seed(), shared_ed25519_scheme());
  CHECK(shared.public_key() == ed25519.public_key());
  CHECK(shared.sign(as_bytes("vote")) == ed25519.sign(as_bytes("vote")));
}

}  // namespace
}  // namespace hs::sim
