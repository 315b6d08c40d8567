// The fingerprint of a run: the same seed must give the same bytes on every machine and compiler.
#pragma once
#include "lib/crypto/sha256.h"
#include "lib/types/events.h"

namespace hs::sim {

// SHA-256 over everything that is added, chained in pieces of a few kilobytes.
class RunHash {
 public:
  void add(std::uint64_t number);
  void add(BytesView bytes);
  // What an event says: its kind, and the views, heights and hashes in it.
  void add(const Event& event);
  [[nodiscard]] Hash value() const { return sha256({chain_.view(), pending_}); }

 private:
  Hash chain_;
  Bytes pending_;
};

}  // namespace hs::sim
