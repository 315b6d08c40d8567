#include "lib/crypto/verifier.h"

#include "lib/base/check.h"

namespace hs {
namespace {

constexpr std::size_t slots_first = 64;

}  // namespace

DigestSet::DigestSet(std::size_t entries_max) : entries_max_(entries_max), slots_(slots_first) {
  HS_CHECK(entries_max > 0);
  HS_CHECK(entries_max < std::size_t{1} << 31);
}

std::size_t DigestSet::home_of(const Hash& digest) const {
  return FirstBytes{}(digest) & (slots_.size() - 1);
}

std::size_t DigestSet::slot_after(std::size_t slot) const {
  return (slot + 1) & (slots_.size() - 1);
}

bool DigestSet::contains(const Hash& digest) const {
  for (std::size_t slot = home_of(digest); slots_[slot] != 0; slot = slot_after(slot)) {
    if (ring_[slots_[slot] - 1] == digest) return true;
  }
  return false;
}

void DigestSet::point_at(std::size_t place) {
  std::size_t slot = home_of(ring_[place]);
  while (slots_[slot] != 0) slot = slot_after(slot);
  slots_[slot] = static_cast<std::uint32_t>(place + 1);
}

// Empties the slot, and moves up whatever stands behind it and could not be found across the gap.
void DigestSet::forget(std::size_t place) {
  std::size_t gap = home_of(ring_[place]);
  while (slots_[gap] != place + 1) gap = slot_after(gap);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = slot_after(gap); slots_[slot] != 0; slot = slot_after(slot)) {
    const std::size_t home = home_of(ring_[slots_[slot] - 1]);
    const bool is_reached_without_gap = ((slot - home) & mask) < ((slot - gap) & mask);
    if (is_reached_without_gap) continue;
    slots_[gap] = slots_[slot];
    gap = slot;
  }
  slots_[gap] = 0;
}

void DigestSet::insert(const Hash& digest) {
  if (contains(digest)) return;
  if (ring_.size() == entries_max_) {
    forget(oldest_);
    ring_[oldest_] = digest;
    point_at(oldest_);
    oldest_ = (oldest_ + 1) % entries_max_;
    return;
  }
  ring_.push_back(digest);
  if (2 * ring_.size() <= slots_.size()) return point_at(ring_.size() - 1);
  slots_.assign(2 * slots_.size(), 0);
  for (std::size_t place = 0; place < ring_.size(); ++place) point_at(place);
}

bool Verifier::verify(const PublicKey& key, BytesView message, const Signature& signature) {
  const Hash digest = sha256({key.view(), signature.view(), message});
  if (good_.contains(digest)) return true;
  ++verified_;
  if (!scheme_->verify(key, message, signature)) {
    ++refused_;
    return false;
  }
  good_.insert(digest);
  return true;
}

}  // namespace hs
