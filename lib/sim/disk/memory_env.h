// A file system in memory for LevelDB that fails on demand: what was written and not synced can be
// lost, wholly or in part, a write or a sync can be refused, a stored bit can flip.
//
// Creating, renaming and removing files last at once and in their order, as on a journalling file
// system; what is in a file lasts once the file is synced.
#pragma once
#include <leveldb/env.h>

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/rng.h"
#include "lib/sim/disk.h"

namespace hs::sim {

// Thread-safe: LevelDB compacts on a thread of its own.
class MemoryEnv : public leveldb::EnvWrapper {
 public:
  MemoryEnv() : EnvWrapper(leveldb::Env::Default()) {}
  ~MemoryEnv() override { wait_until_idle(); }

  // Returns when the work that LevelDB has put off is done. Called after every write, so that what
  // is in which file depends on the writes alone and not on the pace of a thread.
  void wait_until_idle();

  // The next write to a log fails, and everything that is written after it.
  void fail(DiskFault fault);
  [[nodiscard]] bool is_failing() const;
  // Nothing is taken any more: the process is dead, whatever its threads still do.
  void freeze();
  // After freeze() and the end of the database: leaves of each file what is synced, and of the rest
  // what `survival` says; with `hole` as with prefix, as a file has no batches. Writable again.
  void crash(Survival survival, Rng& rng);
  // Has the last crash left some of what a log held unsynced, and not all?
  [[nodiscard]] bool has_torn_tail() const;
  // Flips a bit of a file that holds entries. False if there is none.
  bool flip_bit(Rng& rng);
  void copy_files_of(const MemoryEnv& other);

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
  void Schedule(void (*function)(void*), void* argument) override;

 private:
  struct File {
    std::string content;
    std::size_t synced_bytes = 0;
  };
  using FilePtr = std::shared_ptr<File>;
  class Writer;
  class Reader;
  struct Work;
  enum class State { healthy, refuses_writes, refuses_syncs, full, frozen };

  // Why nothing can be written to `name` now; OK if it can. `mutex_` is held.
  [[nodiscard]] leveldb::Status write_error(const std::string& name) const;
  [[nodiscard]] leveldb::Status sync_error(const std::string& name) const;

  mutable std::mutex mutex_;  // all files and the state
  std::map<std::string, FilePtr> files_;
  State state_ = State::healthy;
  bool has_torn_tail_ = false;
  std::mutex work_mutex_;
  std::condition_variable work_done_;
  std::size_t work_left_ = 0;
};

}  // namespace hs::sim
