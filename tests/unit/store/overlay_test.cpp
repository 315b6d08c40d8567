#include "lib/store/overlay.h"

#include "lib/base/rng.h"
#include "lib/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/unit/store/entries.h"

namespace hs::test {

TEST_CASE("an overlay reads its own writes and leaves the base as it is", "[store]") {
  MemoryStore base;
  base.write(puts({{"a", "1"}, {"b", "2"}}), false);
  Overlay overlay(base);
  overlay.put(as_bytes("a"), as_bytes("9"));
  overlay.erase(as_bytes("b"));
  overlay.put(as_bytes("c"), as_bytes("3"));
  CHECK(text_of(overlay, "a") == "9");
  CHECK_FALSE(overlay.get(as_bytes("b")));
  CHECK_FALSE(overlay.contains(as_bytes("b")));
  CHECK(overlay.contains(as_bytes("c")));
  CHECK(entries_of(base) == Entries{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a scan merges the batch into the base in the order of keys", "[store]") {
  MemoryStore base;
  base.write(puts({{"pa", "base"}, {"pc", "base"}, {"pe", "base"}, {"q", "base"}}), false);
  Overlay overlay(base);
  overlay.put(as_bytes("o"), as_bytes("batch"));
  overlay.put(as_bytes("p"), as_bytes("batch"));
  overlay.put(as_bytes("pb"), as_bytes("batch"));
  overlay.put(as_bytes("pc"), as_bytes("batch"));
  overlay.erase(as_bytes("pe"));
  overlay.put(as_bytes("pf"), as_bytes("batch"));
  overlay.put(as_bytes("r"), as_bytes("batch"));
  CHECK(entries_of(overlay, "p") ==
        Entries{{"p", "batch"}, {"pa", "base"}, {"pb", "batch"}, {"pc", "batch"}, {"pf", "batch"}});
}

TEST_CASE("a scan of an overlay ends where its visitor says so, in the batch or in the base",
          "[store]") {
  MemoryStore base;
  base.write(puts({{"b", ""}, {"d", ""}}), false);
  Overlay overlay(base);
  overlay.put(as_bytes("a"), {});
  overlay.put(as_bytes("c"), {});
  overlay.put(as_bytes("e"), {});
  overlay.put(as_bytes("f"), {});
  for (int wanted = 1; wanted <= 6; ++wanted) {
    int visited = 0;
    overlay.scan({}, [&](BytesView, BytesView) { return ++visited < wanted; });
    CHECK(visited == wanted);
  }
}

TEST_CASE("take hands the changes over once", "[store]") {
  const MemoryStore base;
  Overlay overlay(base);
  CHECK(overlay.empty());
  overlay.put(as_bytes("a"), as_bytes("1"));
  CHECK_FALSE(overlay.empty());
  const WriteBatch batch = overlay.take();
  CHECK(batch.changes().size() == 1);
  CHECK(overlay.empty());
  CHECK_FALSE(overlay.get(as_bytes("a")));
}

TEST_CASE("an overlay always looks like its base after the batch is applied", "[store]") {
  Rng rng(7);
  const auto some_key = [&] {
    std::string key(rng.below(3), 'x');
    key += static_cast<char>('a' + rng.below(5));
    return key;
  };
  for (int round = 0; round < 300; ++round) {
    MemoryStore base;
    Entries initial;
    for (std::uint64_t i = rng.below(8); i > 0; --i) initial.emplace_back(some_key(), "base");
    base.write(puts(initial), false);
    Overlay overlay(base);
    for (std::uint64_t i = rng.below(8); i > 0; --i) {
      if (rng.chance(1, 3)) {
        overlay.erase(as_bytes(some_key()));
      } else {
        overlay.put(as_bytes(some_key()), as_bytes("batch"));
      }
    }
    const Entries all = entries_of(overlay);
    const Entries some = entries_of(overlay, "x");
    base.write(overlay.take(), false);
    REQUIRE(all == entries_of(base));
    REQUIRE(some == entries_of(base, "x"));
  }
}

}  // namespace hs::test
