#include "lib/sim/byte_table.h"

#include <map>
#include <utility>

#include "lib/base/rng.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

std::map<Bytes, Bytes> contents(const ByteTable& table) {
  std::map<Bytes, Bytes> all;
  table.walk([&](BytesView key, BytesView value) {
    return all.emplace(to_bytes(key), to_bytes(value)).second;
  });
  return all;
}

Bytes some_bytes(Rng& rng, std::size_t size) {
  return Bytes(size, static_cast<std::uint8_t>(rng.below(256)));
}

TEST_CASE("a table of bytes says what a map would say, whatever is done to it", "[sim][disk]") {
  Rng rng(1);
  ByteTable table;
  std::map<Bytes, Bytes> expected;
  for (int i = 0; i < 20'000; ++i) {
    const Bytes key = to_bytes("key " + std::to_string(rng.below(500)));
    if (rng.chance(1, 3)) {
      table.erase(key);
      expected.erase(key);
    } else {
      const Bytes value = some_bytes(rng, rng.below(40));
      table.put(key, value);
      expected[key] = value;
    }
    const auto found = table.find(key);
    REQUIRE(found.has_value() == expected.contains(key));
    if (found) REQUIRE(to_bytes(*found) == expected[key]);
    REQUIRE(table.empty() == expected.empty());
  }
  CHECK(contents(table) == expected);
}

TEST_CASE("a table of bytes gives back what was erased and outgrown", "[sim][disk]") {
  // Without that it would come to more than the 2^32 bytes a table may hold.
  Rng rng(1);
  ByteTable table;
  for (std::uint32_t i = 0; i < 1'100; ++i) {
    table.put(to_bytes("gone " + std::to_string(i)), some_bytes(rng, 1 << 22));
    table.erase(to_bytes("gone " + std::to_string(i)));
    table.put(as_bytes("grows"), some_bytes(rng, i));
  }
  const auto all = contents(table);
  REQUIRE(all.size() == 1);
  CHECK(all.begin()->second.size() == 1'099);
}

TEST_CASE("a table of bytes gives back what a single value has outgrown", "[sim][disk]") {
  // All sizes together come to 4.3 GB, more than a table may hold.
  ByteTable table;
  for (std::uint32_t i = 1; i <= 2'050; ++i) table.put(as_bytes("grows"), Bytes(i << 11, 1));
  CHECK(table.find(as_bytes("grows"))->size() == std::size_t{2'050} << 11);
}

TEST_CASE("a table of bytes is empty as often as all of it was erased", "[sim][disk]") {
  ByteTable table;
  for (int round = 0; round < 3; ++round) {
    CHECK(table.empty());
    for (const char* key : {"a", "b"}) table.put(as_bytes(key), as_bytes("1"));
    table.erase(as_bytes("a"));
    CHECK_FALSE(table.empty());
    table.erase(as_bytes("b"));
  }
  CHECK(table.empty());
}

TEST_CASE("a copy of a table of bytes goes its own way", "[sim][disk]") {
  ByteTable table;
  table.put(as_bytes("a"), as_bytes("1"));
  ByteTable copy = table;
  copy.put(as_bytes("a"), as_bytes("2"));
  table.erase(as_bytes("a"));
  CHECK_FALSE(table.contains(as_bytes("a")));
  CHECK(contents(copy) == std::map<Bytes, Bytes>{{to_bytes("a"), to_bytes("2")}});
}

}  // namespace
}  // namespace hs::sim
