#include "lib/store/overlay.h"

#include <algorithm>

namespace hs {

std::optional<Bytes> Overlay::get(BytesView key) const {
  if (!batch_.empty()) {
    const auto change = batch_.changes().find(key);
    if (change != batch_.changes().end()) return change->second;
  }
  return base_->get(key);
}

bool Overlay::contains(BytesView key) const {
  if (!batch_.empty()) {
    const auto change = batch_.changes().find(key);
    if (change != batch_.changes().end()) return change->second.has_value();
  }
  return base_->contains(key);
}

// Two ascending sequences merged into one. Where both have a key the batch wins, and an erased key
// hides what the base has.
void Overlay::scan(BytesView prefix, const Visitor& visit) const {
  auto change = batch_.changes().lower_bound(prefix);
  const auto end = batch_.changes().end();
  const auto in_prefix = [&] { return change != end && starts_with(change->first, prefix); };
  // Shows the change at hand, if it is not an erasure, and moves on. False ends the scan.
  const auto show_change = [&] {
    const auto& [key, value] = *change;
    ++change;
    return !value || visit(key, *value);
  };

  bool stopped = false;
  base_->scan(prefix, [&](BytesView key, BytesView value) {
    while (in_prefix() && std::ranges::lexicographical_compare(change->first, key)) {
      stopped = !show_change();
      if (stopped) return false;
    }
    const bool overridden = in_prefix() && std::ranges::equal(change->first, key);
    stopped = overridden ? !show_change() : !visit(key, value);
    return !stopped;
  });
  while (!stopped && in_prefix()) stopped = !show_change();
}

}  // namespace hs
