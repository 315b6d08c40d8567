// The fast disk: a map in memory that knows which of its batches have reached the platter. What a
// crash leaves is chosen by the world: everything (the process died), or the synced state and some
// of the batches after it (the power failed).
#pragma once
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/rng.h"
#include "lib/base/time.h"
#include "lib/replica/safety_record.h"
#include "lib/store/store.h"

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
  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override;
  [[nodiscard]] bool contains(BytesView key) const override { return entries_.contains(key); }
  // Sorts what it finds: scans are for starting up and for people, look-ups are what must be quick.
  void scan(BytesView prefix, const Visitor& visit) const override;
  [[nodiscard]] std::unique_ptr<KvReader> snapshot() const override;
  void write(const WriteBatch& batch, bool sync) override;

  // Batches that a power failure may take.
  [[nodiscard]] std::size_t unsynced() const { return unsynced_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  // Leaves what a crash leaves. Batches that survive are on the platter from then on.
  void crash(Survival survival, Rng& rng);

 private:
  struct Unsynced {
    WriteBatch batch;
    WriteBatch undo;  // what the keys held before
  };
  struct HashOfKey {
    using is_transparent = void;
    std::size_t operator()(BytesView key) const {
      return std::hash<std::string_view>{}({reinterpret_cast<const char*>(key.data()), key.size()});
    }
  };
  struct SameKey {
    using is_transparent = void;
    bool operator()(BytesView a, BytesView b) const { return std::ranges::equal(a, b); }
  };
  [[nodiscard]] WriteBatch undo_of(const WriteBatch& batch) const;
  void apply(const WriteBatch& batch);

  std::unordered_map<Bytes, Bytes, HashOfKey, SameKey> entries_;  // as the process sees them
  std::vector<Unsynced> unsynced_;
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
