#include "lib/store/leveldb_store.h"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include "lib/store/leveldb_env.h"

namespace hs {
namespace {

using Kind = StoreFailure::Kind;
using leveldb::Status;

leveldb::Slice to_slice(BytesView bytes) {
  // LevelDB hands what it gets to memcmp, which takes no null pointer, not even for no bytes.
  if (bytes.empty()) return {};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

BytesView to_view(const leveldb::Slice& slice) {
  return as_bytes(std::string_view(slice.data(), slice.size()));
}

// `doing` completes "cannot ... the database in FOLDER".
[[noreturn]] void raise(const Status& status, std::string_view doing, const std::string& folder) {
  if (status.IsCorruption()) {
    throw StoreFailure(Kind::corrupt,
                       "the database in " + folder + " is corrupt: " + status.ToString());
  }
  throw StoreFailure(Kind::io, "cannot " + std::string(doing) + " the database in " + folder +
                                   ": " + status.ToString());
}

[[noreturn]] void raise_at_open(const Status& status, const std::string& folder) {
  // LevelDB says "lock FILE: why" both for its own process and for another one.
  if (status.IsIOError() && status.ToString().find("lock " + folder) != std::string::npos) {
    throw StoreFailure(Kind::locked, "the database in " + folder + " is in use by a process");
  }
  // CURRENT was there, so a file that it leads to is gone: that is damage, not absence.
  if (status.IsNotFound() || status.IsInvalidArgument()) {
    throw StoreFailure(Kind::corrupt,
                       "the database in " + folder + " has lost a file: " + status.ToString());
  }
  raise(status, "open", folder);
}

// LevelDB checks block checksums on reads only when it is told to.
leveldb::ReadOptions checked_reads() {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

std::optional<Bytes> get_from(leveldb::DB& db, const leveldb::ReadOptions& options, BytesView key,
                              const std::string& folder) {
  std::string value;
  const Status status = db.Get(options, to_slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) raise(status, "read", folder);
  return to_bytes(value);
}

// Entries of `prefix` from the key `first` on, which must not be below the prefix.
void scan_in(leveldb::DB& db, const leveldb::ReadOptions& options, BytesView prefix,
             BytesView first, const KvReader::Visitor& visit, const std::string& folder) {
  const std::unique_ptr<leveldb::Iterator> at(db.NewIterator(options));
  for (at->Seek(to_slice(first)); at->Valid(); at->Next()) {
    if (!at->key().starts_with(to_slice(prefix))) break;
    if (!visit(to_view(at->key()), to_view(at->value()))) break;
  }
  if (!at->status().ok()) raise(at->status(), "read", folder);
}

BytesView higher(BytesView a, BytesView b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()) ? b : a;
}

class LevelDbSnapshot : public KvReader {
 public:
  LevelDbSnapshot(leveldb::DB& db, std::string folder)
      : db_(&db), folder_(std::move(folder)), snapshot_(db.GetSnapshot()) {}
  ~LevelDbSnapshot() override { db_->ReleaseSnapshot(snapshot_); }
  LevelDbSnapshot(const LevelDbSnapshot&) = delete;
  LevelDbSnapshot& operator=(const LevelDbSnapshot&) = delete;

  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override {
    return get_from(*db_, options(), key, folder_);
  }
  void scan(BytesView prefix, const Visitor& visit) const override {
    scan_in(*db_, options(), prefix, prefix, visit, folder_);
  }
  void scan_from(BytesView prefix, BytesView from, const Visitor& visit) const override {
    scan_in(*db_, options(), prefix, higher(prefix, from), visit, folder_);
  }

 private:
  [[nodiscard]] leveldb::ReadOptions options() const {
    leveldb::ReadOptions options = checked_reads();
    options.snapshot = snapshot_;
    return options;
  }

  leveldb::DB* db_;
  std::string folder_;
  const leveldb::Snapshot* snapshot_;
};

class LevelDbStore : public KvStore {
 public:
  // For a database whose writes are to last.
  LevelDbStore(const std::string& folder, const LevelDbOptions& options, leveldb::Env& base)
      : folder_(folder), never_sync_(options.never_sync) {
    auto env = std::make_unique<SyncedLogEnv>(&base);
    synced_log_env_ = env.get();
    env_ = std::move(env);
    open(options);
  }
  // For a look that changes nothing on disk.
  explicit LevelDbStore(const std::string& folder)
      : folder_(folder), never_sync_(true), env_(std::make_unique<ReadOnlyEnv>()) {
    open(LevelDbOptions{});
  }

  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override {
    return get_from(*db_, checked_reads(), key, folder_);
  }
  void scan(BytesView prefix, const Visitor& visit) const override {
    scan_in(*db_, checked_reads(), prefix, prefix, visit, folder_);
  }
  void scan_from(BytesView prefix, BytesView from, const Visitor& visit) const override {
    scan_in(*db_, checked_reads(), prefix, higher(prefix, from), visit, folder_);
  }
  void write(const WriteBatch& batch, bool sync) override;
  [[nodiscard]] std::unique_ptr<KvReader> snapshot() const override {
    return std::make_unique<LevelDbSnapshot>(*db_, folder_);
  }

 private:
  void open(const LevelDbOptions& options);

  std::string folder_;
  bool never_sync_;
  SyncedLogEnv* synced_log_env_ = nullptr;
  // What the database uses while it closes stands before it.
  std::unique_ptr<leveldb::Env> env_;
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<leveldb::DB> db_;
};

void LevelDbStore::open(const LevelDbOptions& options) {
  if (!env_->FileExists(folder_ + "/CURRENT")) {
    throw StoreFailure(Kind::missing, "there is no database in " + folder_);
  }
  cache_.reset(leveldb::NewLRUCache(options.block_cache_bytes));
  leveldb::Options settings;
  settings.create_if_missing = false;
  settings.paranoid_checks = true;  // without it, damaged records of the log are skipped in silence
  settings.env = env_.get();
  settings.write_buffer_size = options.write_buffer_bytes;
  settings.block_cache = cache_.get();
  settings.max_open_files = options.open_files_max;
  leveldb::DB* db = nullptr;
  const Status status = leveldb::DB::Open(settings, folder_, &db);
  if (!status.ok()) raise_at_open(status, folder_);
  db_.reset(db);
}

void LevelDbStore::write(const WriteBatch& batch, bool sync) {
  leveldb::WriteBatch changes;
  for (const auto& [key, value] : batch.changes()) {
    if (value) {
      changes.Put(to_slice(key), to_slice(*value));
    } else {
      changes.Delete(to_slice(key));
    }
  }
  leveldb::WriteOptions options;
  options.sync = sync && !never_sync_;
  const Status status = db_->Write(options, &changes);
  if (!status.ok()) raise(status, "write to", folder_);
  if (synced_log_env_ != nullptr && synced_log_env_->failed() && !never_sync_) {
    throw StoreFailure(Kind::io, "cannot write to the database in " + folder_ +
                                     ": a full log could not be synced");
  }
}

}  // namespace

void create_leveldb(const std::string& folder) { create_leveldb(folder, *leveldb::Env::Default()); }

void create_leveldb(const std::string& folder, leveldb::Env& env) {
  std::vector<std::string> names;
  // An unreadable or absent folder is LevelDB's to report or to create. One that holds anything may
  // be a database that has lost its CURRENT file, and an empty one must not be laid over it.
  if (env.GetChildren(folder, &names).ok()) {
    std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
    if (!names.empty()) {
      throw StoreFailure(Kind::io,
                         "cannot create a database in " + folder + ": the folder is not empty");
    }
  }
  leveldb::Options settings;
  settings.env = &env;
  settings.create_if_missing = true;
  settings.error_if_exists = true;
  settings.paranoid_checks = true;
  leveldb::DB* db = nullptr;
  const Status status = leveldb::DB::Open(settings, folder, &db);
  const std::unique_ptr<leveldb::DB> closer(db);
  if (!status.ok()) raise(status, "create", folder);
}

std::unique_ptr<KvStore> open_leveldb(const std::string& folder, const LevelDbOptions& options) {
  static UnmappedEnv machine;
  return open_leveldb(folder, options, machine);
}

std::unique_ptr<KvStore> open_leveldb(const std::string& folder, const LevelDbOptions& options,
                                      leveldb::Env& env) {
  return std::make_unique<LevelDbStore>(folder, options, env);
}

std::unique_ptr<KvStore> open_leveldb_read_only(const std::string& folder) {
  return std::make_unique<LevelDbStore>(folder);
}

}  // namespace hs
