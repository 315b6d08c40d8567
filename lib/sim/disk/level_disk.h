// The real tier: LevelDB itself, as a node opens it, over files in memory that can fail.
#pragma once
#include <memory>

#include "lib/sim/disk.h"
#include "lib/sim/disk/memory_env.h"

namespace hs::sim {

// A disk with a fresh, empty database. Throws StoreFailure if LevelDB cannot make one.
[[nodiscard]] std::unique_ptr<Disk> make_level_disk();

class LevelDisk : public Disk {
 public:
  LevelDisk();

  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override { return store().get(key); }
  void scan(BytesView prefix, const Visitor& visit) const override { store().scan(prefix, visit); }
  void scan_from(BytesView prefix, BytesView from, const Visitor& visit) const override {
    store().scan_from(prefix, from, visit);
  }
  [[nodiscard]] std::unique_ptr<KvReader> snapshot() const override { return store().snapshot(); }
  void write(const WriteBatch& batch, bool sync) override;

  [[nodiscard]] bool is_empty() const override;
  void open() override;
  void crash(Survival survival, Rng& rng) override;
  void fail(DiskFault fault) override;
  [[nodiscard]] bool is_failing() const override { return env_.is_failing(); }
  [[nodiscard]] bool has_torn_tail() const override { return env_.has_torn_tail(); }
  bool flip_bit(Rng& rng) override;
  void wipe() override;
  [[nodiscard]] std::unique_ptr<Disk> copy() const override;

 private:
  // Throws what open() would where the database is closed.
  [[nodiscard]] KvStore& store() const;
  // Lets LevelDB finish what it does in the background and closes the database.
  void close() const;

  mutable MemoryEnv env_;  // stands before the database, which uses it while it closes
  mutable std::unique_ptr<KvStore> store_;
};

}  // namespace hs::sim
