#include "lib/store/leveldb_store.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "lib/base/rng.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/store/entries.h"

namespace hs::test {
namespace {

namespace fs = std::filesystem;
using Kind = StoreFailure::Kind;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files[entry.path().filename().string()] = read_file(entry.path());
  }
  return files;
}

fs::path only_file(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().string().ends_with(ending)) found.push_back(entry.path());
  }
  REQUIRE(found.size() == 1);
  return found.front();
}

void damage(const fs::path& path, std::streamoff offset, std::size_t bytes) {
  std::string content = read_file(path);
  REQUIRE(content.size() > static_cast<std::size_t>(offset) + bytes);
  for (std::size_t i = 0; i < bytes; ++i) content[static_cast<std::size_t>(offset) + i] ^= 0x5a;
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

// What opening throws, or none.
template <class Open>
std::optional<Kind> failure_of(Open open, std::string* sentence = nullptr) {
  try {
    open();
  } catch (const StoreFailure& failure) {
    if (sentence != nullptr) *sentence = failure.what();
    return failure.kind();
  }
  return std::nullopt;
}

struct Database {
  TempDir temp;
  std::string folder = (temp / "db").string();

  Database() { create_leveldb(folder); }
  [[nodiscard]] std::unique_ptr<KvStore> open() const { return open_leveldb(folder, {}); }
  // `count` records of 100 bytes that nothing can compress, each its own synced batch.
  void fill(int count) const {
    const auto store = open();
    Rng rng(1);
    for (int i = 0; i < count; ++i) {
      std::string value(100, '\0');
      for (char& byte : value) byte = static_cast<char>(rng.below(256));
      store->write(puts({{"key" + std::to_string(1000 + i), value}}), true);
    }
  }
};

}  // namespace

TEST_CASE("a reopened database holds what was written, in order", "[store][leveldb]") {
  const Database database;
  {
    const auto store = database.open();
    store->write(puts({{"b", "2"}, {"a", "1"}, {"gone", "x"}, {"\xff", "3"}}), true);
    WriteBatch batch;
    batch.erase(as_bytes("gone"));
    store->write(batch, false);
  }
  const auto store = database.open();
  CHECK(entries_of(*store) == Entries{{"a", "1"}, {"b", "2"}, {"\xff", "3"}});
  CHECK(entries_of(*store, "b") == Entries{{"b", "2"}});
  CHECK_FALSE(store->get(as_bytes("gone")));
}

TEST_CASE("no bytes at all are a prefix of every key and a value like any other",
          "[store][leveldb]") {
  const Database database;
  const auto store = database.open();
  WriteBatch batch;
  batch.put(Bytes{1}, Bytes{});
  batch.put(Bytes{2}, Bytes{3});
  store->write(batch, /*sync=*/true);
  std::size_t entries = 0;
  // UBSan watches: a null pointer must not get into LevelDB.
  store->scan(BytesView(), [&](BytesView, BytesView) {
    ++entries;
    return true;
  });
  CHECK(entries == 2);
  CHECK(store->get(Bytes{1}) == Bytes{});
  CHECK_FALSE(store->contains(BytesView()));
}

TEST_CASE("opening never creates a database", "[store][leveldb]") {
  const TempDir temp;
  const std::string folder = (temp / "db").string();
  std::string sentence;
  CHECK(failure_of([&] { (void)open_leveldb(folder, {}); }, &sentence) == Kind::missing);
  CHECK(sentence.find(folder) != std::string::npos);
  CHECK(failure_of([&] { (void)open_leveldb_read_only(folder); }) == Kind::missing);
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("creating refuses a folder that holds anything", "[store][leveldb]") {
  const Database database;
  CHECK(failure_of([&] { create_leveldb(database.folder); }) == Kind::io);
  // Also one that lost the file by which LevelDB recognises a database: its logs are still there.
  fs::remove(fs::path(database.folder) / "CURRENT");
  CHECK(failure_of([&] { create_leveldb(database.folder); }) == Kind::io);
}

TEST_CASE("a database without its CURRENT file is missing, not empty", "[store][leveldb]") {
  const Database database;
  database.fill(3);
  fs::remove(fs::path(database.folder) / "CURRENT");
  CHECK(failure_of([&] { (void)database.open(); }) == Kind::missing);
  CHECK(failure_of([&] { (void)open_leveldb_read_only(database.folder); }) == Kind::missing);
}

TEST_CASE("a database without its manifest is corrupt", "[store][leveldb]") {
  const Database database;
  fs::remove(only_file(database.folder, "MANIFEST-000002"));
  CHECK(failure_of([&] { (void)database.open(); }) == Kind::corrupt);
}

TEST_CASE("damage inside a log is corruption, not a shorter log", "[store][leveldb]") {
  const Database database;
  database.fill(50);
  damage(only_file(database.folder, ".log"), 1000, 4);
  std::string sentence;
  CHECK(failure_of([&] { (void)database.open(); }, &sentence) == Kind::corrupt);
  CHECK(sentence.find(database.folder) != std::string::npos);
  CHECK(failure_of([&] { (void)open_leveldb_read_only(database.folder); }) == Kind::corrupt);
}

TEST_CASE("a log that ends inside a record opens without that record", "[store][leveldb]") {
  const Database database;
  database.fill(3);
  const fs::path log = only_file(database.folder, ".log");
  fs::resize_file(log, fs::file_size(log) - 10);
  const auto store = database.open();
  CHECK(entries_of(*store).size() == 2);
}

TEST_CASE("damage inside a table is reported by the read that meets it", "[store][leveldb]") {
  const Database database;
  database.fill(200);
  (void)database.open();  // turns the log into a table
  // Inside a value, where only a checksum can tell.
  damage(only_file(database.folder, ".ldb"), 50, 4);
  CHECK(failure_of([&] {
          const auto store = database.open();
          (void)entries_of(*store);
        }) == Kind::corrupt);
}

TEST_CASE("a table whose footer is damaged is corrupt, whatever its footer claims",
          "[store][leveldb]") {
  const Database database;
  database.fill(200);
  (void)database.open();  // turns the log into a table
  const fs::path table = only_file(database.folder, ".ldb");
  const auto footer = static_cast<std::streamoff>(fs::file_size(table)) - 48;
  // Places of blocks of 2^56 bytes and more: LevelDB would reserve them.
  std::fstream(table, std::ios::binary | std::ios::in | std::ios::out).seekp(footer)
      << std::string(40, '\xff');
  const auto read_all = [](const KvStore& store) { (void)entries_of(store); };
  CHECK(failure_of([&] { read_all(*database.open()); }) == Kind::corrupt);
  CHECK(failure_of([&] { read_all(*open_leveldb_read_only(database.folder)); }) == Kind::corrupt);
  std::fstream(table, std::ios::binary | std::ios::in | std::ios::out).seekp(footer)
      << std::string("\x00\x08\x00\xff\xff\xff\xff\xff\xff\x01", 10);
  CHECK(failure_of([&] { read_all(*database.open()); }) == Kind::corrupt);
  CHECK(failure_of([&] { read_all(*open_leveldb_read_only(database.folder)); }) == Kind::corrupt);
}

TEST_CASE("a second opener is told that the database is in use", "[store][leveldb]") {
  const Database database;
  const auto first = database.open();
  std::string sentence;
  CHECK(failure_of([&] { (void)database.open(); }, &sentence) == Kind::locked);
  CHECK(sentence.find(database.folder) != std::string::npos);
}

TEST_CASE("a snapshot keeps its state while another thread reads it", "[store][leveldb]") {
  const Database database;
  const auto store = database.open();
  store->write(puts({{"a", "1"}, {"b", "1"}}), false);
  const std::shared_ptr<KvReader> snapshot = store->snapshot();
  Entries seen;
  std::optional<std::string> value;
  std::thread reader([&] {
    for (int i = 0; i < 100; ++i) {
      seen = entries_of(*snapshot);
      value = text_of(*snapshot, "a");
    }
  });
  for (int i = 0; i < 100; ++i) store->write(puts({{"a", "2"}, {"c", "2"}}), false);
  reader.join();
  CHECK(seen == Entries{{"a", "1"}, {"b", "1"}});
  CHECK(value == "1");
  CHECK(text_of(*store, "a") == "2");
}

TEST_CASE("a read-only database answers in full and changes no byte on disk", "[store][leveldb]") {
  const Database database;
  {
    // Small buffer: tables, several logs and a log to be replayed.
    const auto store = open_leveldb(database.folder, {.write_buffer_bytes = 1 << 16});
    for (int i = 0; i < 3000; ++i) {
      store->write(puts({{"key" + std::to_string(10000 + i), std::string(100, 'v')}}), false);
    }
  }
  const auto before = files_of(database.folder);
  for (int round = 0; round < 2; ++round) {
    const auto store = open_leveldb_read_only(database.folder);
    CHECK(entries_of(*store).size() == 3000);
    CHECK(text_of(*store, "key10042") == std::string(100, 'v'));
    CHECK(entries_of(*store->snapshot(), "key1000").size() == 10);
    store->write(puts({{"new", "1"}}), true);
    CHECK(text_of(*store, "new") == "1");
  }
  CHECK(files_of(database.folder) == before);
  CHECK_FALSE(database.open()->contains(as_bytes("new")));
}

TEST_CASE("a read-only database works in a folder that cannot be written", "[store][leveldb]") {
  const Database database;
  database.fill(20);
  fs::permissions(database.folder, fs::perms::owner_read | fs::perms::owner_exec);
  {
    const auto store = open_leveldb_read_only(database.folder);
    CHECK(entries_of(*store).size() == 20);
  }
  fs::permissions(database.folder, fs::perms::owner_all);
}

TEST_CASE("batches that were never synced survive a plain close", "[store][leveldb]") {
  const Database database;
  {
    const auto store =
        open_leveldb(database.folder, {.write_buffer_bytes = 1 << 16, .never_sync = true});
    for (int i = 0; i < 2000; ++i) {
      store->write(puts({{"key" + std::to_string(10000 + i), std::string(100, 'v')}}), true);
    }
  }
  CHECK(entries_of(*database.open()).size() == 2000);
}

}  // namespace hs::test
