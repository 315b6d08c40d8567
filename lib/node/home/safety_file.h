// The voting record on disk: what this node has promised by its votes, kept beside the database so
// that it survives every reset of it. [ARCHITECTURE 5, PROTOCOL 3A.1]
//
// File format: two slots of 512 bytes, at offsets 0 and 4096, written in turn, so that a write torn
// by a crash can only spoil the slot that is not the newest. A slot is
//   magic "HSVOTED1" | generation u64 | data_was_reset u8 | node key 32 | genesis hash 32
//   | length u32 | record (Borsh) | SHA-256 of all of the slot before it
// in little-endian. The reader takes the valid slot of the highest generation.
#pragma once
#include <filesystem>

#include "lib/base/result.h"
#include "lib/replica/safety_record.h"

namespace hs {

// To whom a record belongs. It also pins the genesis of a home: a record beside another key or
// another genesis is refused (open_rules.h).
struct SafetyStamp {
  PublicKey node;
  Hash genesis;
  friend bool operator==(const SafetyStamp&, const SafetyStamp&) = default;
};

struct SafetyContent {
  SafetyRecord record;
  // The database was emptied on purpose since: the record may be ahead of it, and is obeyed.
  bool data_was_reset = false;
};

// One owner, one thread.
class SafetyFile {
 public:
  // Writes the first record, synced, with its folder. Throws StoreFailure(io) if there is one
  // already.
  static void create(const std::filesystem::path& file, const SafetyStamp& stamp);
  // Opens an existing one. Throws StoreFailure: missing; corrupt if no slot is valid; io.
  explicit SafetyFile(const std::filesystem::path& file);
  ~SafetyFile();
  SafetyFile(const SafetyFile&) = delete;
  SafetyFile& operator=(const SafetyFile&) = delete;

  [[nodiscard]] const SafetyStamp& stamp() const { return stamp_; }
  [[nodiscard]] const SafetyContent& content() const { return content_; }
  // One of the two copies was found damaged when it was opened, and the other one is used: it may
  // be older by one write. The next write() goes to the damaged one and so repairs it.
  [[nodiscard]] bool found_damage() const { return found_damage_; }
  // In the hands of the kernel when it returns, so that it survives the death of the process; on
  // disk only after sync(). Throws StoreFailure(io).
  void write(const SafetyContent& content);
  // Puts what was written on disk; nothing to do if nothing was written since. Throws
  // StoreFailure(io).
  void sync();

 private:
  std::filesystem::path file_;
  SafetyStamp stamp_;
  int descriptor_ = -1;
  std::uint64_t generation_ = 0;
  SafetyContent content_;
  bool found_damage_ = false;
  bool dirty_ = false;
};

}  // namespace hs
