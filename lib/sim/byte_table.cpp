#include "lib/sim/byte_table.h"

#include <limits>
#include <string_view>

#include "lib/base/check.h"

namespace hs::sim {
namespace {

constexpr std::size_t slots_first = 64;
constexpr std::size_t wasted_free = 1 << 16;  // less is not worth going through the table

std::uint64_t hash_of(BytesView key) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(key.data()), key.size()});
}

}  // namespace

ByteTable::ByteTable() : slots_(slots_first) {}

std::size_t ByteTable::slot_of(BytesView key, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && std::ranges::equal(key_of(entry), key)) break;
  }
  return slot;
}

std::optional<BytesView> ByteTable::find(BytesView key) const {
  const std::uint32_t place = slots_[slot_of(key, hash_of(key))];
  if (place == 0 || !entries_[place - 1].is_alive) return std::nullopt;
  return value_of(entries_[place - 1]);
}

std::uint32_t ByteTable::append(BytesView bytes) {
  HS_CHECK(bytes.size() <= std::numeric_limits<std::uint32_t>::max() - bytes_.size());
  const auto at = static_cast<std::uint32_t>(bytes_.size());
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return at;
}

void ByteTable::set_value(Entry& entry, BytesView value) {
  const auto size = static_cast<std::uint32_t>(value.size());
  if (size <= entry.value_room) {
    std::ranges::copy(value, bytes_.begin() + entry.value_at);
  } else {
    wasted_ += entry.value_room;
    entry.value_at = append(value);
    entry.value_room = size;
  }
  entry.value_bytes = size;
}

void ByteTable::put(BytesView key, BytesView value) {
  const std::uint64_t hash = hash_of(key);
  const std::size_t slot = slot_of(key, hash);
  if (slots_[slot] != 0) {
    Entry& entry = entries_[slots_[slot] - 1];
    if (!entry.is_alive) {
      wasted_ -= entry.key_bytes + entry.value_room;
      entry.is_alive = true;
      ++alive_;
    }
    set_value(entry, value);
  } else {
    Entry entry{.hash = hash,
                .key_at = append(key),
                .key_bytes = static_cast<std::uint32_t>(key.size()),
                .is_alive = true};
    set_value(entry, value);
    entries_.push_back(entry);
    ++alive_;
    slots_[slot] = static_cast<std::uint32_t>(entries_.size());
    if (2 * entries_.size() > slots_.size()) add_slots();
  }
  give_back();
}

void ByteTable::erase(BytesView key) {
  const std::size_t slot = slot_of(key, hash_of(key));
  if (slots_[slot] == 0) return;
  Entry& entry = entries_[slots_[slot] - 1];
  if (!entry.is_alive) return;
  entry.is_alive = false;
  --alive_;
  wasted_ += entry.key_bytes + entry.value_room;
  give_back();
}

void ByteTable::add_slots() {
  slots_.assign(2 * slots_.size(), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t place = 0; place < entries_.size(); ++place) {
    std::size_t slot = entries_[place].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(place + 1);
  }
}

void ByteTable::give_back() {
  if (wasted_ < wasted_free || 2 * wasted_ < bytes_.size()) return;
  ByteTable fresh;
  walk([&](BytesView key, BytesView value) {
    fresh.put(key, value);
    return true;
  });
  *this = std::move(fresh);
}

}  // namespace hs::sim
