// A flat map of byte strings with atomic batches and snapshots: all that the block tree asks of a
// disk. [PROTOCOL 6.1]
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "lib/base/bytes.h"

namespace hs {

// Our disk failed. Thrown by adapters only, caught once in main: the process stops before it can
// lie.
class StoreFailure : public std::runtime_error {
 public:
  enum class Kind { io, corrupt, missing, locked };
  StoreFailure(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// Changes that take effect together or not at all. The last change of a key wins.
class WriteBatch {
 public:
  // Byte-wise, and able to look up what is only borrowed.
  struct Less {
    using is_transparent = void;
    bool operator()(BytesView a, BytesView b) const {
      return std::ranges::lexicographical_compare(a, b);
    }
  };
  using Changes = std::map<Bytes, std::optional<Bytes>, Less>;

  void put(Bytes key, Bytes value) { changes_.insert_or_assign(std::move(key), std::move(value)); }
  void put(BytesView key, BytesView value) { put(to_bytes(key), to_bytes(value)); }
  void erase(BytesView key) { changes_.insert_or_assign(to_bytes(key), std::nullopt); }
  [[nodiscard]] bool empty() const { return changes_.empty(); }
  void clear() { changes_.clear(); }
  // Key -> new value, or none for an erased key; ascending.
  [[nodiscard]] const Changes& changes() const { return changes_; }

 private:
  Changes changes_;
};

class KvReader {
 public:
  // Called for each entry in ascending order of keys; returning false ends the scan. The views live
  // for the call only.
  using Visitor = std::function<bool(BytesView key, BytesView value)>;

  virtual ~KvReader() = default;
  [[nodiscard]] virtual std::optional<Bytes> get(BytesView key) const = 0;
  [[nodiscard]] virtual bool contains(BytesView key) const { return get(key).has_value(); }
  // All entries whose key starts with `prefix`.
  virtual void scan(BytesView prefix, const Visitor& visit) const = 0;
  // Those of them whose key is not below `from`. Stores that can, begin to read there.
  virtual void scan_from(BytesView prefix, BytesView from, const Visitor& visit) const {
    scan(prefix, [&](BytesView key, BytesView value) {
      const bool is_below =
          std::lexicographical_compare(key.begin(), key.end(), from.begin(), from.end());
      return is_below || visit(key, value);
    });
  }
};

class KvStore : public KvReader {
 public:
  // Applies the batch. With `sync`, returns only when it and everything before it is on disk.
  virtual void write(const WriteBatch& batch, bool sync) = 0;
  // The state as it is now, unaffected by later writes; may be used from another thread and must
  // not outlive the store.
  [[nodiscard]] virtual std::unique_ptr<KvReader> snapshot() const = 0;
};

}  // namespace hs
