#include "lib/store/memory_store.h"

namespace hs {
namespace {

void scan_map(const std::map<Bytes, Bytes>& entries, BytesView prefix,
              const KvReader::Visitor& visit) {
  for (auto entry = entries.lower_bound(to_bytes(prefix)); entry != entries.end(); ++entry) {
    if (!starts_with(entry->first, prefix)) return;
    if (!visit(entry->first, entry->second)) return;
  }
}

std::optional<Bytes> get_from(const std::map<Bytes, Bytes>& entries, BytesView key) {
  const auto entry = entries.find(to_bytes(key));
  if (entry == entries.end()) return std::nullopt;
  return entry->second;
}

// A copy: snapshots of a memory store are for tests, where plainness is worth more than speed.
class MemorySnapshot : public KvReader {
 public:
  explicit MemorySnapshot(std::map<Bytes, Bytes> entries) : entries_(std::move(entries)) {}
  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override {
    return get_from(entries_, key);
  }
  void scan(BytesView prefix, const Visitor& visit) const override {
    scan_map(entries_, prefix, visit);
  }

 private:
  std::map<Bytes, Bytes> entries_;
};

}  // namespace

std::optional<Bytes> MemoryStore::get(BytesView key) const { return get_from(entries_, key); }

bool MemoryStore::contains(BytesView key) const { return entries_.contains(to_bytes(key)); }

void MemoryStore::scan(BytesView prefix, const Visitor& visit) const {
  scan_map(entries_, prefix, visit);
}

void MemoryStore::write(const WriteBatch& batch, bool /*sync*/) {
  for (const auto& [key, value] : batch.changes()) {
    if (value) {
      entries_.insert_or_assign(key, *value);
    } else {
      entries_.erase(key);
    }
  }
}

std::unique_ptr<KvReader> MemoryStore::snapshot() const {
  return std::make_unique<MemorySnapshot>(entries_);
}

}  // namespace hs
