#include "lib/store/leveldb_env.h"

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs::test {
namespace {

using leveldb::Status;

// Files that go nowhere, and count how often they were synced.
class CountingEnv : public leveldb::EnvWrapper {
 public:
  CountingEnv() : EnvWrapper(leveldb::Env::Default()) {}
  Status NewWritableFile(const std::string& /*name*/, leveldb::WritableFile** file) override {
    *file = new File(*this);
    return Status::OK();
  }
  int syncs = 0;
  Status answer;

 private:
  class File : public leveldb::WritableFile {
   public:
    explicit File(CountingEnv& env) : env_(&env) {}
    Status Append(const leveldb::Slice& /*data*/) override { return Status::OK(); }
    Status Close() override { return Status::OK(); }
    Status Flush() override { return Status::OK(); }
    Status Sync() override {
      ++env_->syncs;
      return env_->answer;
    }

   private:
    CountingEnv* env_;
  };
};

std::unique_ptr<leveldb::WritableFile> open_file(SyncedLogEnv& env, const std::string& name) {
  leveldb::WritableFile* file = nullptr;
  REQUIRE(env.NewWritableFile(name, &file).ok());
  return std::unique_ptr<leveldb::WritableFile>(file);
}

std::string read_at(const leveldb::RandomAccessFile& file, std::uint64_t offset, std::size_t size) {
  std::string scratch(size, '\0');
  leveldb::Slice result;
  REQUIRE(file.Read(offset, size, &result, scratch.data()).ok());
  return result.ToString();
}

}  // namespace

TEST_CASE("a table is read from its file at any place, and not beyond its end",
          "[store][leveldb]") {
  const TempDir folder;
  const std::string name = folder / "000005.ldb";
  UnmappedEnv env;
  REQUIRE(leveldb::WriteStringToFile(&env, "0123456789", name).ok());
  leveldb::RandomAccessFile* opened = nullptr;
  REQUIRE(env.NewRandomAccessFile(name, &opened).ok());
  const std::unique_ptr<leveldb::RandomAccessFile> file(opened);
  CHECK(read_at(*file, 0, 4) == "0123");
  CHECK(read_at(*file, 7, 3) == "789");
  CHECK(read_at(*file, 8, 10) == "89");
  CHECK(read_at(*file, 20, 1).empty());
}

TEST_CASE("a table that is gone is not found, and one that is no file cannot be read",
          "[store][leveldb]") {
  const TempDir folder;
  UnmappedEnv env;
  leveldb::RandomAccessFile* opened = nullptr;
  CHECK(env.NewRandomAccessFile(folder / "000005.ldb", &opened).IsNotFound());
  REQUIRE(env.NewRandomAccessFile(folder.path(), &opened).ok());
  const std::unique_ptr<leveldb::RandomAccessFile> file(opened);
  char scratch = 0;
  leveldb::Slice result;
  CHECK(file->Read(0, 1, &result, &scratch).IsIOError());
}

TEST_CASE("a log with unsynced records is synced when LevelDB drops it", "[store][leveldb]") {
  CountingEnv base;
  SyncedLogEnv env(&base);
  auto log = open_file(env, "/db/000003.log");
  CHECK(log->Append("record").ok());
  log.reset();
  CHECK(base.syncs == 1);
  CHECK_FALSE(env.failed());
}

TEST_CASE("a log without unsynced records is not synced again", "[store][leveldb]") {
  CountingEnv base;
  SyncedLogEnv env(&base);
  auto log = open_file(env, "/db/000003.log");
  CHECK(log->Append("record").ok());
  CHECK(log->Sync().ok());
  CHECK(log->Close().ok());
  log.reset();
  CHECK(base.syncs == 1);
}

TEST_CASE("closing a log syncs it, and files that are no logs are left alone", "[store][leveldb]") {
  CountingEnv base;
  SyncedLogEnv env(&base);
  const auto log = open_file(env, "/db/000003.log");
  CHECK(log->Append("record").ok());
  CHECK(log->Close().ok());
  CHECK(base.syncs == 1);
  const auto table = open_file(env, "/db/000004.ldb");
  CHECK(table->Append("block").ok());
  CHECK(table->Close().ok());
  CHECK(base.syncs == 1);
}

TEST_CASE("a log that cannot be synced any more is remembered", "[store][leveldb]") {
  CountingEnv base;
  base.answer = Status::IOError("disk", "gone");
  SyncedLogEnv env(&base);
  auto log = open_file(env, "/db/000003.log");
  CHECK(log->Append("record").ok());
  log.reset();
  CHECK(env.failed());
}

}  // namespace hs::test
