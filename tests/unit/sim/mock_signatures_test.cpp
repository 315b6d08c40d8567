#include "lib/sim/mock_signatures.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs::sim {
namespace {

TEST_CASE("a mock signature is good for its key, message and bytes alone, however often", "[sim]") {
  const SignatureScheme& mock = mock_scheme();
  const SecretKey key(test::test_key(1).seed(), mock);
  const SecretKey other(test::test_key(2).seed(), mock);
  const Bytes longest(100, 7);  // too long to be remembered
  for (const BytesView message : {as_bytes("vote"), as_bytes(""), BytesView(longest)}) {
    const Signature good = key.sign(message);
    Signature bad = good;
    bad.bytes[40] ^= 1;
    Bytes longer = to_bytes(message);
    longer.push_back(0);
    for (int i = 0; i < 3; ++i) {
      CHECK(mock.verify(key.public_key(), message, good));
      CHECK_FALSE(mock.verify(key.public_key(), longer, good));
      CHECK_FALSE(mock.verify(key.public_key(), as_bytes("veto"), good));
      CHECK_FALSE(mock.verify(other.public_key(), message, good));
      CHECK_FALSE(mock.verify(key.public_key(), message, bad));
    }
  }
}

TEST_CASE("a mock signature is not good for a beginning of its message", "[sim]") {
  const SignatureScheme& mock = mock_scheme();
  const SecretKey key(test::test_key(1).seed(), mock);
  const BytesView message = as_bytes("vote");
  const Signature good = key.sign(message);
  REQUIRE(mock.verify(key.public_key(), message, good));
  for (std::size_t size = 0; size < message.size(); ++size) {
    CHECK_FALSE(mock.verify(key.public_key(), message.first(size), good));
  }
}

TEST_CASE("nothing is a good mock signature before it was looked at", "[sim]") {
  CHECK_FALSE(mock_scheme().verify(PublicKey{}, {}, Signature{}));
}

}  // namespace
}  // namespace hs::sim
