#include "lib/store/memory_store.h"

#include "tests/support/catch.h"
#include "tests/unit/store/entries.h"

namespace hs::test {

TEST_CASE("the last change of a key in a batch wins", "[store]") {
  MemoryStore store;
  WriteBatch batch;
  batch.put(as_bytes("a"), as_bytes("1"));
  batch.erase(as_bytes("a"));
  batch.erase(as_bytes("b"));
  batch.put(as_bytes("b"), as_bytes("2"));
  store.write(batch, false);
  CHECK(entries_of(store) == Entries{{"b", "2"}});
  CHECK_FALSE(store.contains(as_bytes("a")));
  CHECK(store.contains(as_bytes("b")));
}

TEST_CASE("a scan shows the keys of its prefix in ascending order and no others", "[store]") {
  MemoryStore store;
  store.write(puts({{"b2", "y"}, {"a", "-"}, {"b", "w"}, {"b10", "x"}, {"c", "-"}}), false);
  CHECK(entries_of(store, "b") == Entries{{"b", "w"}, {"b10", "x"}, {"b2", "y"}});
  CHECK(entries_of(store, "d").empty());
}

TEST_CASE("bytes above 127 sort after the others", "[store]") {
  MemoryStore store;
  store.write(puts({{"\xff", "2"}, {"\x01", "1"}}), false);
  CHECK(entries_of(store) == Entries{{"\x01", "1"}, {"\xff", "2"}});
}

TEST_CASE("a visitor that returns false ends the scan", "[store]") {
  MemoryStore store;
  store.write(puts({{"a", "1"}, {"b", "2"}, {"c", "3"}}), false);
  int visited = 0;
  store.scan({}, [&](BytesView, BytesView) { return ++visited < 2; });
  CHECK(visited == 2);
}

TEST_CASE("a snapshot of a memory store does not see later writes", "[store]") {
  MemoryStore store;
  store.write(puts({{"a", "1"}}), false);
  const auto snapshot = store.snapshot();
  store.write(puts({{"a", "2"}, {"b", "3"}}), false);
  CHECK(entries_of(*snapshot) == Entries{{"a", "1"}});
  CHECK(text_of(*snapshot, "a") == "1");
  CHECK_FALSE(snapshot->contains(as_bytes("b")));
}

}  // namespace hs::test
