#include "lib/sim/disk.h"

#include <map>
#include <set>

#include "tests/support/catch.h"

namespace hs::sim {
namespace {

WriteBatch put(const std::string& key, const std::string& value) {
  WriteBatch batch;
  batch.put(to_bytes(key), to_bytes(value));
  return batch;
}

std::string read(const SimDisk& disk, const std::string& key) {
  const auto value = disk.get(to_bytes(key));
  return value ? to_string(*value) : "-";
}

// "a" is synced; then "a" is overwritten, "b" and "c" appear, "a" goes, none of it synced.
SimDisk half_synced() {
  SimDisk disk;
  disk.write(put("a", "1"), true);
  disk.write(put("a", "2"), false);
  disk.write(put("b", "3"), false);
  WriteBatch last = put("c", "4");
  last.erase(to_bytes("a"));
  disk.write(last, false);
  return disk;
}

std::string all(const SimDisk& disk) { return read(disk, "a") + read(disk, "b") + read(disk, "c"); }

TEST_CASE("a walk shows what a scan of everything shows, until told to stop", "[sim][disk]") {
  SimDisk disk;
  for (int i = 0; i < 100; ++i)
    disk.write(put("key " + std::to_string(i), std::to_string(i)), true);
  std::map<Bytes, Bytes> scanned;
  disk.scan({}, [&](BytesView key, BytesView value) {
    return scanned.emplace(to_bytes(key), to_bytes(value)).second;
  });
  std::map<Bytes, Bytes> walked;
  disk.walk([&](BytesView key, BytesView value) {
    return walked.emplace(to_bytes(key), to_bytes(value)).second;
  });
  CHECK(scanned.size() == 100);
  CHECK(walked == scanned);
  int shown = 0;
  disk.walk([&](BytesView /*key*/, BytesView /*value*/) { return ++shown < 3; });
  CHECK(shown == 3);
}

TEST_CASE("a killed process loses nothing", "[sim][disk]") {
  Rng rng(1);
  SimDisk disk = half_synced();
  CHECK(disk.unsynced() == 3);
  disk.crash(Survival::all, rng);
  CHECK(all(disk) == "-34");
  CHECK(disk.unsynced() == 0);
}

TEST_CASE("a power failure can take everything since the last sync, and no more", "[sim][disk]") {
  Rng rng(1);
  SimDisk disk = half_synced();
  disk.crash(Survival::none, rng);
  CHECK(all(disk) == "1--");
}

TEST_CASE("a power failure can leave any prefix, and anything but one batch", "[sim][disk]") {
  std::set<std::string> prefixes;
  std::set<std::string> holes;
  Rng rng(1);
  for (int i = 0; i < 50; ++i) {
    SimDisk first = half_synced();
    first.crash(Survival::prefix, rng);
    prefixes.insert(all(first));
    SimDisk second = half_synced();
    second.crash(Survival::hole, rng);
    holes.insert(all(second));
  }
  CHECK(prefixes == std::set<std::string>{"1--", "2--", "23-"});
  CHECK(holes == std::set<std::string>{"-34", "--4", "23-"});
}

TEST_CASE("a sync carries everything before it", "[sim][disk]") {
  Rng rng(1);
  SimDisk disk = half_synced();
  disk.write(put("d", "5"), true);
  disk.crash(Survival::none, rng);
  CHECK(all(disk) == "-34");
  CHECK(read(disk, "d") == "5");
}

TEST_CASE("scans and snapshots are in the order of keys", "[sim][disk]") {
  SimDisk disk;
  for (const char* key : {"pb", "a", "pa", "pc", "q"}) disk.write(put(key, "x"), true);
  const auto snapshot = disk.snapshot();
  disk.write(put("pd", "x"), true);
  const auto keys_of = [](const KvReader& reader) {
    std::string keys;
    reader.scan(to_bytes("p"), [&](BytesView key, BytesView) {
      keys += to_string(key);
      return true;
    });
    return keys;
  };
  CHECK(keys_of(disk) == "papbpcpd");
  CHECK(keys_of(*snapshot) == "papbpc");
}

TEST_CASE("a voting record falls back to one since the last sync at worst", "[sim][disk]") {
  const auto record = [](std::uint64_t view) {
    SafetyRecord made;
    made.voted_view = View{view};
    return made;
  };
  Rng rng(1);
  std::set<std::uint64_t> left;
  for (int i = 0; i < 50; ++i) {
    RecordFile file;
    CHECK_FALSE(file.read().has_value());
    for (std::uint64_t view = 1; view <= 5; ++view) {
      file.write(record(view), Instant(view * 400ms));  // synced at 400 and 1600 ms
    }
    RecordFile killed = file;
    killed.crash(Survival::all, rng);
    CHECK(killed.read() == record(5));
    file.crash(Survival::none, rng);
    left.insert(file.read()->voted_view->value);
  }
  CHECK(left == std::set<std::uint64_t>{4, 5});
}

}  // namespace
}  // namespace hs::sim
