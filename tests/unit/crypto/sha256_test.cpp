#include "lib/crypto/sha256.h"

#include "lib/base/hex.h"
#include "tests/support/catch.h"

namespace hs::test {

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[crypto]") {
  CHECK(to_hex(sha256(as_bytes("abc")).view()) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256(BytesView{}).view()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("parts are hashed as their concatenation", "[crypto]") {
  CHECK(sha256({as_bytes("a"), {}, as_bytes("bc")}) == sha256(as_bytes("abc")));
  CHECK(sha256({as_bytes("ab")}) != sha256(as_bytes("abc")));
}

}  // namespace hs::test
