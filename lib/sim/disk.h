// The fast disk: a map in memory that knows which of its batches have reached the platter. What a
// crash leaves is chosen by the world: everything (the process died), or the synced state and some of
// the batches after it (the power failed).
#pragma once
#include <optional>
#include <vector>

#include "lib/base/rng.h"
#include "lib/replica/safety_record.h"
#include "lib/store/memory_store.h"

namespace hs::sim {

// What is left of the unsynced batches after a crash.
enum class Survival {
  all,     // the process died, the machine did not
  none,    // only what was synced
  prefix,  // the oldest few
  hole,    // all but one: a log closed without a sync can vanish behind a newer one
};

class SimDisk : public KvStore {
 public:
  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override { return live_.get(key); }
  void scan(BytesView prefix, const Visitor& visit) const override { live_.scan(prefix, visit); }
  [[nodiscard]] std::unique_ptr<KvReader> snapshot() const override { return live_.snapshot(); }
  void write(const WriteBatch& batch, bool sync) override;

  // Batches that a power failure may take.
  [[nodiscard]] std::size_t unsynced() const { return unsynced_.size(); }
  [[nodiscard]] bool empty() const { return live_.entries().empty(); }
  // Leaves what a crash leaves. Batches that survive are on the platter from then on.
  void crash(Survival survival, Rng& rng);

 private:
  struct Unsynced {
    WriteBatch batch;
    WriteBatch undo;  // what the keys held before
  };
  [[nodiscard]] WriteBatch undo_of(const WriteBatch& batch) const;

  MemoryStore live_;
  std::vector<Unsynced> unsynced_;
};

// The voting record beside the store: written before every send that needs it, synced once a second,
// so that a power failure may bring back an older one, but never a newer one than the store.
class RecordFile {
 public:
  void write(const SafetyRecord& record) { versions_.push_back(record); }
  void sync();
  [[nodiscard]] std::optional<SafetyRecord> read() const;
  // `survival` all keeps the newest; otherwise one of those since the last sync.
  void crash(Survival survival, Rng& rng);

 private:
  std::vector<SafetyRecord> versions_;  // since the last sync, that one first
};

}  // namespace hs::sim
