// What a node's data lie on. Two tiers: a map in memory that knows which of its batches have
// reached the platter, for most seeds, and LevelDB over a file system in memory
// (disk/level_disk.h). What a crash leaves is chosen by the world: everything (the process died),
// or the synced state and some of what came after it (the power failed).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "lib/base/rng.h"
#include "lib/base/time.h"
#include "lib/replica/safety_record.h"
#include "lib/sim/byte_table.h"
#include "lib/store/store.h"

namespace hs::sim {

// What is left of the unsynced batches after a crash.
enum class Survival {
  all,     // the process died, the machine did not
  none,    // only what was synced
  prefix,  // the oldest few
  hole,    // all but one: a log closed without a sync can vanish behind a newer one
};

// What is refused to a process that writes. It must stop: nothing may leave that depends on a write
// which is not on disk. [RELIABILITY 3, disk]
enum class DiskFault {
  write_error,  // EIO: nothing of the batch is taken
  sync_error,   // EIO at fsync: the batch may be on disk or not, and is lost like any unsynced one
  full,         // ENOSPC
};

// The disk of one node, over the lives of its processes.
class Disk : public KvStore {
 public:
  [[nodiscard]] virtual bool is_empty() const = 0;
  // Before a process runs on it. Throws StoreFailure where what is stored cannot be opened.
  virtual void open() {}
  // Leaves what a crash leaves. Batches that survive are on the platter from then on, and faults of
  // the disk are over.
  virtual void crash(Survival survival, Rng& rng) = 0;
  // From now on until a crash writes throw StoreFailure.
  virtual void fail(DiskFault fault) = 0;
  [[nodiscard]] virtual bool is_failing() const = 0;
  // Has the last crash left a part of a record?
  [[nodiscard]] virtual bool has_torn_tail() const { return false; }
  // Bit rot, while no process runs. False if this kind of disk has no bits of its own.
  virtual bool flip_bit(Rng& /*rng*/) { return false; }
  // All entries, in whatever order costs least: whoever asks must not depend on it.
  virtual void walk(const Visitor& visit) const { scan({}, visit); }
  // As `hs node reset --data` leaves it; while no process runs.
  virtual void wipe() = 0;
  [[nodiscard]] virtual std::unique_ptr<Disk> copy() const = 0;
};

// Thread-safe where simulations run on several threads.
using DiskFactory = std::function<std::unique_ptr<Disk>()>;

class SimDisk : public Disk {
 public:
  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override;
  [[nodiscard]] bool contains(BytesView key) const override { return entries_.contains(key); }
  // Sorts what it finds: scans are for starting up and for people, look-ups are what must be quick.
  void scan(BytesView prefix, const Visitor& visit) const override;
  void walk(const Visitor& visit) const override;
  [[nodiscard]] std::unique_ptr<KvReader> snapshot() const override;
  void write(const WriteBatch& batch, bool sync) override;

  // Batches that a power failure may take.
  [[nodiscard]] std::size_t unsynced() const { return unsynced_.size(); }
  [[nodiscard]] bool is_empty() const override { return entries_.empty(); }
  void crash(Survival survival, Rng& rng) override;
  void fail(DiskFault fault) override { fault_ = fault; }
  [[nodiscard]] bool is_failing() const override { return fault_.has_value(); }
  void wipe() override { *this = SimDisk(); }
  [[nodiscard]] std::unique_ptr<Disk> copy() const override {
    return std::make_unique<SimDisk>(*this);
  }

 private:
  struct Unsynced {
    WriteBatch batch;
    WriteBatch undo;  // what the keys held before
  };
  [[nodiscard]] WriteBatch undo_of(const WriteBatch& batch) const;
  void apply(const WriteBatch& batch);

  ByteTable entries_;  // as the process sees them
  std::vector<Unsynced> unsynced_;
  std::optional<DiskFault> fault_;
};

// The voting record beside the store: written before every send that needs it, synced once a
// second, so that a power failure may bring back an older one, but never a newer one than the
// store.
class RecordFile {
 public:
  void write(const SafetyRecord& record, Instant now);
  [[nodiscard]] std::optional<SafetyRecord> read() const;
  // `survival` all keeps the newest; otherwise one of those since the last sync.
  void crash(Survival survival, Rng& rng);

 private:
  std::vector<SafetyRecord> versions_;  // since the last sync, that one first
  std::optional<Instant> synced_at_;
};

}  // namespace hs::sim
