#include "lib/codec/borsh.h"

#include "lib/base/hex.h"
#include "lib/types/scalars.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace hs::test {
namespace {

Errc error_of(const auto& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

}  // namespace

TEST_CASE("integers are little-endian and counts are u32", "[codec]") {
  BorshWriter writer;
  writer.u8(0x01);
  writer.u32(0x02030405);
  writer.u64(0x060708090a0b0c0d);
  writer.boolean(true);
  writer.byte_string(as_bytes("ab"));
  writer.count(3);
  CHECK(to_hex(writer.bytes()) ==
        "01"
        "05040302"
        "0d0c0b0a09080706"
        "01"
        "020000006162"
        "03000000");
}

TEST_CASE("what was written is read back, and nothing remains", "[codec]") {
  Rng rng(11);
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t wide = rng.next();
    const auto narrow = static_cast<std::uint32_t>(rng.next());
    const Bytes text = random_bytes(rng, rng.below(20));
    BorshWriter writer;
    writer.u64(wide);
    writer.u32(narrow);
    writer.byte_string(text);
    BorshReader reader(writer.bytes());
    CHECK(reader.u64().value() == wide);
    CHECK(reader.u32().value() == narrow);
    CHECK(reader.byte_string().value() == text);
    CHECK(reader.finish().has_value());
  }
}

TEST_CASE("input that ends inside a value is truncated", "[codec]") {
  const Bytes seven(7, 1);
  CHECK(error_of(BorshReader({}).u8()) == Errc::truncated);
  CHECK(error_of(BorshReader(BytesView(seven).first(3)).u32()) == Errc::truncated);
  CHECK(error_of(BorshReader(seven).u64()) == Errc::truncated);
  CHECK(error_of(BorshReader(seven).raw(8)) == Errc::truncated);
  CHECK(error_of(BorshReader(seven).byte_string()) == Errc::truncated);  // claims 0x01010101
}

TEST_CASE("a count that the input cannot hold is refused before anything is reserved (S21)",
          "[codec][S21]") {
  const Bytes claims_all = from_hex("ffffffff00").value();
  CHECK(error_of(BorshReader(claims_all).count(1)) == Errc::truncated);
  const Bytes claims_two = from_hex("020000000000000000000000").value();
  CHECK(BorshReader(claims_two).count(4).value() == 2);
  CHECK(error_of(BorshReader(claims_two).count(5)) == Errc::truncated);
}

TEST_CASE("flags and options are 0 or 1", "[codec]") {
  const Bytes two = {2, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(error_of(BorshReader(two).boolean()) == Errc::bad_value);
  CHECK(error_of(from_borsh<std::optional<View>>(two)) == Errc::bad_value);
  CHECK(from_borsh<std::optional<View>>(Bytes{0}).value() == std::nullopt);
  CHECK(to_borsh(std::optional(View{7})) == Bytes{1, 7, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("bytes after a whole value are refused", "[codec]") {
  const Bytes nine(9, 0);
  CHECK(error_of(from_borsh<View>(nine)) == Errc::trailing);
  CHECK(from_borsh<View>(BytesView(nine).first(8)).value() == View{0});
}

}  // namespace hs::test
