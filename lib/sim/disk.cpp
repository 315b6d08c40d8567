#include "lib/sim/disk.h"

#include <algorithm>

#include "lib/store/memory_store.h"

namespace hs::sim {
namespace {

constexpr Duration record_sync_interval = milliseconds(1000);

}  // namespace

std::optional<Bytes> SimDisk::get(BytesView key) const {
  const auto found = entries_.find(key);
  return found ? std::optional(to_bytes(*found)) : std::nullopt;
}

void SimDisk::scan(BytesView prefix, const Visitor& visit) const {
  std::vector<std::pair<BytesView, BytesView>> found;
  entries_.walk([&](BytesView key, BytesView value) {
    if (starts_with(key, prefix)) found.emplace_back(key, value);
    return true;
  });
  std::ranges::sort(found, WriteBatch::Less{}, [](const auto& entry) { return entry.first; });
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) return;
  }
}

void SimDisk::walk(const Visitor& visit) const { entries_.walk(visit); }

std::unique_ptr<KvReader> SimDisk::snapshot() const {
  WriteBatch everything;
  entries_.walk([&](BytesView key, BytesView value) {
    everything.put(key, value);
    return true;
  });
  auto copy = std::make_unique<MemoryStore>();
  copy->write(everything, true);
  return copy;
}

void SimDisk::apply(const WriteBatch& batch) {
  for (const auto& [key, value] : batch.changes()) {
    if (value) {
      entries_.put(key, *value);
    } else {
      entries_.erase(key);
    }
  }
}

WriteBatch SimDisk::undo_of(const WriteBatch& batch) const {
  WriteBatch undo;
  for (const auto& change : batch.changes()) {
    const std::optional<Bytes> before = get(change.first);
    if (before) {
      undo.put(change.first, *before);
    } else {
      undo.erase(change.first);
    }
  }
  return undo;
}

void SimDisk::write(const WriteBatch& batch, bool sync) {
  if (fault_ == DiskFault::write_error || fault_ == DiskFault::full) {
    throw StoreFailure(StoreFailure::Kind::io, "the disk takes nothing, as the plan wants it");
  }
  if (fault_ == DiskFault::sync_error) {
    unsynced_.push_back({.batch = batch, .undo = undo_of(batch)});
    apply(batch);
    throw StoreFailure(StoreFailure::Kind::io, "the disk fails to sync, as the plan wants it");
  }
  if (sync) {
    unsynced_.clear();  // a sync carries everything before it
  } else {
    unsynced_.push_back({.batch = batch, .undo = undo_of(batch)});
  }
  apply(batch);
}

void SimDisk::crash(Survival survival, Rng& rng) {
  fault_.reset();
  if (survival == Survival::all || unsynced_.empty()) {
    unsynced_.clear();
    return;
  }
  for (auto it = unsynced_.rbegin(); it != unsynced_.rend(); ++it) apply(it->undo);
  const std::size_t count = unsynced_.size();
  const std::size_t chosen = rng.below(count);  // length of the prefix, or the batch that is lost
  for (std::size_t i = 0; i < count; ++i) {
    const bool kept =
        (survival == Survival::prefix && i < chosen) || (survival == Survival::hole && i != chosen);
    if (kept) apply(unsynced_[i].batch);
  }
  unsynced_.clear();
}

void RecordFile::write(const SafetyRecord& record, Instant now) {
  versions_.push_back(record);
  if (synced_at_ && now - *synced_at_ < record_sync_interval) return;
  synced_at_ = now;
  versions_.erase(versions_.begin(), versions_.end() - 1);
}

std::optional<SafetyRecord> RecordFile::read() const {
  if (versions_.empty()) return std::nullopt;
  return versions_.back();
}

void RecordFile::crash(Survival survival, Rng& rng) {
  if (survival == Survival::all || versions_.empty()) return;
  versions_.resize(versions_.size() - rng.below(versions_.size()));
}

}  // namespace hs::sim
