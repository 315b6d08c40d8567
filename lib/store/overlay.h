// A batch that reads its own writes: the state as it will be once the batch is applied to `base`.
#pragma once
#include <utility>

#include "lib/store/store.h"

namespace hs {

class Overlay : public KvReader {
 public:
  explicit Overlay(const KvReader& base) : base_(&base) {}

  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override;
  [[nodiscard]] bool contains(BytesView key) const override;
  // The visitor must not change this overlay.
  void scan(BytesView prefix, const Visitor& visit) const override;
  void put(Bytes key, Bytes value) { batch_.put(std::move(key), std::move(value)); }
  void put(BytesView key, BytesView value) { batch_.put(key, value); }
  void erase(BytesView key) { batch_.erase(key); }
  [[nodiscard]] bool empty() const { return batch_.empty(); }
  // Hands over the changes so far. The caller applies them to `base` before it reads here again.
  [[nodiscard]] WriteBatch take() { return std::exchange(batch_, {}); }

 private:
  const KvReader* base_;
  WriteBatch batch_;
};

}  // namespace hs
