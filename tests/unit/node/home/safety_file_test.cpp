#include "lib/node/home/safety_file.h"

#include <fstream>

#include "lib/store/store.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

constexpr std::streamoff second_slot = 4096;

SafetyStamp test_stamp() {
  return {.node = test::test_key(1).public_key(), .genesis = sha256(as_bytes("genesis"))};
}

SafetyContent voted_in(std::uint64_t view) {
  SafetyContent content;
  content.record.voted_view = View{view};
  content.record.voted_block = sha256(as_bytes(std::to_string(view)));
  content.record.locked_view = View{view - 1};
  return content;
}

// Overwrites one byte of a slot, as a torn or rotten sector would.
void damage(const std::filesystem::path& file, std::streamoff offset) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(offset);
  const int byte = stream.get();
  stream.seekp(offset);
  stream.put(static_cast<char>(byte ^ 0x5a));
  REQUIRE(stream.good());
}

}  // namespace

TEST_CASE("a voting record reads back what was written last", "[node][HS-SAFE]") {
  const test::TempDir folder;
  const auto file = folder / "safety" / "record";
  SafetyFile::create(file, test_stamp());
  {
    SafetyFile record(file);
    CHECK(record.stamp() == test_stamp());
    CHECK(record.content().record == SafetyRecord{});
    for (std::uint64_t view = 1; view <= 5; ++view) record.write(voted_in(view));
    record.sync();
  }
  const SafetyFile again(file);
  CHECK(again.content().record == voted_in(5).record);
  CHECK_FALSE(again.content().data_was_reset);
  CHECK(again.stamp() == test_stamp());
}

TEST_CASE("the mark of a reset is kept with the record", "[node]") {
  const test::TempDir folder;
  const auto file = folder / "safety" / "record";
  SafetyFile::create(file, test_stamp());
  SafetyContent content = voted_in(9);
  content.data_was_reset = true;
  SafetyFile(file).write(content);
  CHECK(SafetyFile(file).content().data_was_reset);
}

TEST_CASE("a voting record is never created over another one", "[node]") {
  const test::TempDir folder;
  const auto file = folder / "safety" / "record";
  SafetyFile::create(file, test_stamp());
  SafetyFile(file).write(voted_in(4));
  CHECK_THROWS_AS(SafetyFile::create(file, test_stamp()), StoreFailure);
  CHECK(SafetyFile(file).content().record == voted_in(4).record);
}

TEST_CASE("a write never touches the slot of the newest record", "[node]") {
  const test::TempDir folder;
  const auto file = folder / "safety" / "record";
  SafetyFile::create(file, test_stamp());
  SafetyFile record(file);
  record.write(voted_in(1));  // generation 1: the second slot
  record.write(voted_in(2));  // generation 2: the first one
  damage(file, 100);          // the slot written last is torn
  const SafetyFile again(file);
  CHECK(again.content().record == voted_in(1).record);
}

TEST_CASE("after a torn slot the next write goes to the torn one", "[node]") {
  const test::TempDir folder;
  const auto file = folder / "safety" / "record";
  SafetyFile::create(file, test_stamp());
  {
    SafetyFile record(file);
    record.write(voted_in(1));
    record.write(voted_in(2));
  }
  damage(file, 100);
  SafetyFile(file).write(voted_in(3));
  damage(file, 100);
  CHECK(SafetyFile(file).content().record == voted_in(1).record);
}

TEST_CASE("a damaged copy is told, whichever it is, and the next write mends it", "[node]") {
  for (const std::streamoff slot : {std::streamoff{0}, second_slot}) {
    const test::TempDir folder;
    const auto file = folder / "safety" / "record";
    SafetyFile::create(file, test_stamp());
    CHECK_FALSE(SafetyFile(file).found_damage());  // its second slot was never written
    {
      SafetyFile record(file);
      record.write(voted_in(1));
      record.write(voted_in(2));
    }
    CHECK_FALSE(SafetyFile(file).found_damage());
    damage(file, slot + 100);
    {
      SafetyFile record(file);
      CHECK(record.found_damage());
      record.write(voted_in(3));
    }
    const SafetyFile mended(file);
    CHECK_FALSE(mended.found_damage());
    CHECK(mended.content().record == voted_in(3).record);
  }
}

TEST_CASE("a record with both slots damaged is corrupt, not empty", "[node]") {
  const test::TempDir folder;
  const auto file = folder / "safety" / "record";
  SafetyFile::create(file, test_stamp());
  SafetyFile(file).write(voted_in(1));
  damage(file, 20);
  damage(file, second_slot + 20);
  try {
    const SafetyFile opened(file);
    FAIL("a damaged record was opened");
  } catch (const StoreFailure& failure) {
    CHECK(failure.kind() == StoreFailure::Kind::corrupt);
  }
}

TEST_CASE("a record that is not there is missing, and opening does not make one", "[node]") {
  const test::TempDir folder;
  const auto file = folder / "record";
  try {
    const SafetyFile opened(file);
    FAIL("a record was made up");
  } catch (const StoreFailure& failure) {
    CHECK(failure.kind() == StoreFailure::Kind::missing);
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

}  // namespace hs
