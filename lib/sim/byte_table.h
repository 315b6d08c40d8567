// A map of byte strings for disks in memory. Keys and values lie one after the other in a single
// block of memory, which is all there is to free: a run makes tens of thousands of entries, looks
// most of them up a few times and then drops them all, and three small allocations for each were a
// sixth of a simulation.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/bytes.h"

namespace hs::sim {

// Holds less than 2^32 bytes and 2^32 entries. What is erased or outgrown is given back in bulk,
// once it is more than what is left.
class ByteTable {
 public:
  ByteTable();

  // Valid until the next change.
  [[nodiscard]] std::optional<BytesView> find(BytesView key) const;
  [[nodiscard]] bool contains(BytesView key) const { return find(key).has_value(); }
  // Neither view may be of this table.
  void put(BytesView key, BytesView value);
  void erase(BytesView key);
  [[nodiscard]] bool empty() const { return alive_ == 0; }
  // Shows all entries, in an order that depends on nothing but the changes that were made, until
  // `visit` returns false.
  template <class Visit>
  void walk(const Visit& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.is_alive && !visit(key_of(entry), value_of(entry))) return;
    }
  }

 private:
  struct Entry {
    std::uint64_t hash = 0;  // of the key
    std::uint32_t key_at = 0;
    std::uint32_t key_bytes = 0;
    std::uint32_t value_at = 0;
    std::uint32_t value_bytes = 0;
    std::uint32_t value_room = 0;
    bool is_alive = false;  // an erased entry keeps its place, for its key often comes back
  };

  [[nodiscard]] BytesView key_of(const Entry& entry) const {
    return BytesView(bytes_).subspan(entry.key_at, entry.key_bytes);
  }
  [[nodiscard]] BytesView value_of(const Entry& entry) const {
    return BytesView(bytes_).subspan(entry.value_at, entry.value_bytes);
  }
  // The slot of the key, alive or erased, or the free one where it belongs.
  [[nodiscard]] std::size_t slot_of(BytesView key, std::uint64_t hash) const;
  [[nodiscard]] std::uint32_t append(BytesView bytes);
  void set_value(Entry& entry, BytesView value);
  void add_slots();
  void give_back();

  Bytes bytes_;
  std::size_t wasted_ = 0;  // of bytes_: values that were outgrown, and erased entries
  std::vector<Entry> entries_;
  std::size_t alive_ = 0;
  // Place of an entry, plus 1, at the slot its hash names or in the unbroken row of taken slots
  // after it; 0 where there is nothing. A power of two, at least twice as many as entries.
  std::vector<std::uint32_t> slots_;
};

}  // namespace hs::sim
