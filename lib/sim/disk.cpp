#include "lib/sim/disk.h"

#include "lib/base/check.h"

namespace hs::sim {
namespace {

constexpr std::size_t unsynced_records_max = 64;  // older ones would have reached the disk by then

}  // namespace

WriteBatch SimDisk::undo_of(const WriteBatch& batch) const {
  WriteBatch undo;
  for (const auto& change : batch.changes()) {
    const std::optional<Bytes> before = live_.get(change.first);
    if (before) {
      undo.put(change.first, *before);
    } else {
      undo.erase(change.first);
    }
  }
  return undo;
}

void SimDisk::write(const WriteBatch& batch, bool sync) {
  if (sync) {
    unsynced_.clear();  // a sync carries everything before it
  } else {
    unsynced_.push_back({.batch = batch, .undo = undo_of(batch)});
  }
  live_.write(batch, sync);
}

void SimDisk::crash(Survival survival, Rng& rng) {
  if (survival == Survival::all || unsynced_.empty()) {
    unsynced_.clear();
    return;
  }
  for (auto it = unsynced_.rbegin(); it != unsynced_.rend(); ++it) live_.write(it->undo, true);
  const std::size_t count = unsynced_.size();
  const std::size_t chosen = rng.below(count);  // length of the prefix, or the batch that is lost
  for (std::size_t i = 0; i < count; ++i) {
    const bool kept = (survival == Survival::prefix && i < chosen) ||
                      (survival == Survival::hole && i != chosen);
    if (kept) live_.write(unsynced_[i].batch, true);
  }
  unsynced_.clear();
}

void RecordFile::sync() {
  if (versions_.empty()) return;
  versions_.erase(versions_.begin(), versions_.end() - 1);
}

std::optional<SafetyRecord> RecordFile::read() const {
  if (versions_.empty()) return std::nullopt;
  return versions_.back();
}

void RecordFile::crash(Survival survival, Rng& rng) {
  if (survival == Survival::all || versions_.empty()) return;
  const std::size_t recent = std::min(versions_.size(), unsynced_records_max);
  const std::size_t lost = rng.below(recent);
  versions_.resize(versions_.size() - lost);
  HS_CHECK(!versions_.empty());
}

}  // namespace hs::sim
