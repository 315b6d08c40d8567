// The store of a node: LevelDB with paranoid checks. Creating is a call of its own, so that a run
// can never mistake a lost database for an empty one.
#pragma once
#include <memory>
#include <string>

#include "lib/store/store.h"

namespace leveldb {
class Env;
}

namespace hs {

// Small on purpose: many nodes share one machine, and the kernel caches the files anyway. Twice the
// write buffer saved 4 % of the processor time of a transaction in bulk and cost 0.5 MB.
struct LevelDbOptions {
  std::size_t write_buffer_bytes = 1 << 19;  // up to two such buffers
  std::size_t block_cache_bytes = 1 << 17;
  int open_files_max = 74;  // ten for LevelDB's own, the others for tables of 2 MiB
  bool never_sync = false;  // storage.sync: never; a test genesis only
};

// Creates an empty database. Throws StoreFailure (io) if there is one already.
void create_leveldb(const std::string& folder);
// On another file system than the machine's, which outlives the database.
void create_leveldb(const std::string& folder, leveldb::Env& env);
// Opens an existing one. Throws StoreFailure: missing, corrupt, locked or io. Thread-safe for reads
// and snapshots; one writer.
[[nodiscard]] std::unique_ptr<KvStore> open_leveldb(const std::string& folder,
                                                    const LevelDbOptions& options);
[[nodiscard]] std::unique_ptr<KvStore> open_leveldb(const std::string& folder,
                                                    const LevelDbOptions& options,
                                                    leveldb::Env& env);
// Reads a database without changing a byte on disk: writes that opening needs stay in memory. For
// homes whose node is dead; the caller holds the home's lock. Throws as open_leveldb.
[[nodiscard]] std::unique_ptr<KvStore> open_leveldb_read_only(const std::string& folder);

}  // namespace hs
