// A store in memory: for tests and for the simulator's fast disk tier.
#pragma once
#include "lib/store/store.h"

namespace hs {

class MemoryStore : public KvStore {
 public:
  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override;
  [[nodiscard]] bool contains(BytesView key) const override;
  void scan(BytesView prefix, const Visitor& visit) const override;
  void write(const WriteBatch& batch, bool sync) override;
  [[nodiscard]] std::unique_ptr<KvReader> snapshot() const override;

  [[nodiscard]] const std::map<Bytes, Bytes>& entries() const { return entries_; }

 private:
  std::map<Bytes, Bytes> entries_;
};

}  // namespace hs
