#include "lib/sim/disk/level_disk.h"

#include "lib/store/leveldb_store.h"

namespace hs::sim {
namespace {

constexpr const char* folder = "/disk";

// Small enough that logs fill up and tables are made and merged in a run.
constexpr LevelDbOptions options{.write_buffer_bytes = 64 << 10, .block_cache_bytes = 64 << 10};

}  // namespace

LevelDisk::LevelDisk() { create_leveldb(folder, env_); }

KvStore& LevelDisk::store() const {
  if (!store_) {
    store_ = open_leveldb(folder, options, env_);
    env_.wait_until_idle();
  }
  return *store_;
}

void LevelDisk::write(const WriteBatch& batch, bool sync) {
  // Before, too: reads have tables merged, which takes file numbers at its own pace.
  env_.wait_until_idle();
  store().write(batch, sync);
  env_.wait_until_idle();
}

bool LevelDisk::is_empty() const {
  bool found = false;
  store().scan({}, [&](BytesView, BytesView) {
    found = true;
    return false;
  });
  return !found;
}

void LevelDisk::open() { (void)store(); }

void LevelDisk::close() const {
  // Reads have tables merged, too, and a write that fails leaves that going on: how far it gets is
  // up to the pace of a thread, unless it gets to its end.
  env_.wait_until_idle();
  store_.reset();
}

void LevelDisk::fail(DiskFault fault) {
  env_.wait_until_idle();
  env_.fail(fault);
}

void LevelDisk::crash(Survival survival, Rng& rng) {
  // One number of the run's randomness, however many files there are.
  Rng chosen(rng.next());
  env_.wait_until_idle();
  env_.freeze();
  store_.reset();
  env_.crash(survival, chosen);
}

bool LevelDisk::flip_bit(Rng& rng) {
  Rng chosen(rng.next());
  close();
  return env_.flip_bit(chosen);
}

void LevelDisk::wipe() {
  close();
  env_.copy_files_of(MemoryEnv());
  create_leveldb(folder, env_);
}

std::unique_ptr<Disk> LevelDisk::copy() const {
  auto twin = std::make_unique<LevelDisk>();
  // Files are whole only while no thread writes them.
  close();
  twin->env_.copy_files_of(env_);
  return twin;
}

std::unique_ptr<Disk> make_level_disk() { return std::make_unique<LevelDisk>(); }

}  // namespace hs::sim
