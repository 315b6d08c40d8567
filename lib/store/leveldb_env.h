// What LevelDB sees of the file system, in three views: one that reads tables without mapping them,
// one that keeps the promise of KvStore::write about earlier batches, and one that never changes a
// byte on disk.
#pragma once
#include <leveldb/env.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hs {

// The machine's files, but tables are read with pread: LevelDB's own view maps up to 1,000 of them,
// so that the memory of an idle node would seem to grow with its chain. Each open table takes a
// descriptor. Thread-safe, as the environment that it wraps.
class UnmappedEnv : public leveldb::EnvWrapper {
 public:
  UnmappedEnv() : EnvWrapper(leveldb::Env::Default()) {}
  leveldb::Status NewRandomAccessFile(const std::string& name,
                                      leveldb::RandomAccessFile** file) override;
};

// LevelDB starts a new log when the old one is full and closes the old one without syncing it, so
// an unsynced batch could vanish behind a later synced one. Here a log is synced before it is
// closed.
class SyncedLogEnv : public leveldb::EnvWrapper {
 public:
  explicit SyncedLogEnv(leveldb::Env* base) : EnvWrapper(base) {}
  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  // Corruption where LevelDB would believe a damaged footer (leveldb_footer.h).
  leveldb::Status NewRandomAccessFile(const std::string& name,
                                      leveldb::RandomAccessFile** file) override;
  // Did such a sync fail? LevelDB closes logs where it can report nothing.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::atomic<bool> failed_ = false;
};

// Reads from disk; files that are written, renamed or removed change in memory only. Takes no lock:
// the caller holds the home's. Thread-safe, as LevelDB compacts in a thread of its own.
class ReadOnlyEnv : public leveldb::EnvWrapper {
 public:
  ReadOnlyEnv() : EnvWrapper(leveldb::Env::Default()) {}

  leveldb::Status NewSequentialFile(const std::string& name,
                                    leveldb::SequentialFile** file) override;
  leveldb::Status NewRandomAccessFile(const std::string& name,
                                      leveldb::RandomAccessFile** file) override;
  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** file) override;
  bool FileExists(const std::string& name) override;
  leveldb::Status GetChildren(const std::string& folder, std::vector<std::string>* names) override;
  leveldb::Status RemoveFile(const std::string& name) override;
  leveldb::Status CreateDir(const std::string& folder) override;
  leveldb::Status RemoveDir(const std::string& folder) override;
  leveldb::Status GetFileSize(const std::string& name, std::uint64_t* size) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  leveldb::Status LockFile(const std::string& name, leveldb::FileLock** lock) override;
  leveldb::Status UnlockFile(leveldb::FileLock* lock) override;
  leveldb::Status NewLogger(const std::string& name, leveldb::Logger** logger) override;

 private:
  struct MemoryFile {
    std::mutex mutex;
    std::string content;
  };
  using MemoryFilePtr = std::shared_ptr<MemoryFile>;
  class Writer;
  class Reader;

  // The file in memory; null if it was removed there; none if only the disk knows of it.
  [[nodiscard]] std::optional<MemoryFilePtr> find(const std::string& name);
  void replace(const std::string& name, MemoryFilePtr file);

  std::mutex mutex_;
  std::map<std::string, MemoryFilePtr> files_;  // null: removed
};

}  // namespace hs
