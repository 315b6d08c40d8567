#include "lib/base/bytes.h"

#include <cctype>

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace hs::test {
namespace {

struct ThingTag;
using Thing = FixedBytes<ThingTag, 4>;

}  // namespace

TEST_CASE("hex of random bytes gives the bytes back, in either case", "[base]") {
  Rng rng(1);
  for (std::size_t size = 0; size < 64; ++size) {
    const Bytes bytes = random_bytes(rng, size);
    std::string text = to_hex(bytes);
    CHECK(text.size() == 2 * size);
    CHECK(from_hex(text).value() == bytes);
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    CHECK(from_hex(text).value() == bytes);
  }
}

TEST_CASE("hex is refused if a digit is missing or is none", "[base]") {
  for (const char* text : {"0", "abc", "0g", "g0", " 0", "0x", "0\n"}) {
    INFO(text);
    REQUIRE_FALSE(from_hex(text));
    CHECK(from_hex(text).error().code == Errc::bad_value);
  }
}

TEST_CASE("fixed bytes are read from exactly their number of digits", "[base]") {
  CHECK(fixed_from_hex<Thing>("01020304").value() == Thing{{1, 2, 3, 4}});
  for (const char* text : {"", "010203", "0102030405"}) {
    INFO(text);
    REQUIRE_FALSE(fixed_from_hex<Thing>(text));
    CHECK(fixed_from_hex<Thing>(text).error().what.find("8 hex digits") != std::string::npos);
  }
}

TEST_CASE("fixed bytes are ordered byte by byte, as unsigned", "[base]") {
  CHECK(Thing{{0, 0, 0, 255}} < Thing{{0, 0, 1, 0}});
  CHECK(Thing{{127, 0, 0, 0}} < Thing{{128, 0, 0, 0}});
}

TEST_CASE("a prefix is a prefix, and everything begins with nothing", "[base]") {
  CHECK(starts_with(as_bytes("block"), as_bytes("blo")));
  CHECK(starts_with(as_bytes("block"), {}));
  CHECK_FALSE(starts_with(as_bytes("blo"), as_bytes("block")));
  CHECK_FALSE(starts_with(as_bytes("black"), as_bytes("blo")));
}

}  // namespace hs::test
