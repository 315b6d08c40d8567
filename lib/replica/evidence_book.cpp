#include "lib/replica/evidence_book.h"

#include <algorithm>

namespace hs {
namespace {

bool is_same_conflict(const event::Equivocation& a, const event::Equivocation& b) {
  return a.signer == b.signer && a.first.view == b.first.view && a.first.phase == b.first.phase;
}

}  // namespace

std::optional<EvidenceBook::Change> EvidenceBook::add(const event::Equivocation& pair) {
  std::map<PublicKey, std::size_t> counts;
  for (const auto& [number, known] : pairs_) {
    if (is_same_conflict(known, pair)) return std::nullopt;
    ++counts[known.signer];
  }
  const std::size_t own = counts[pair.signer];
  if (own >= evidence_pairs_of_signer_max) return std::nullopt;
  Change change{.number = pairs_.empty() ? 0 : pairs_.rbegin()->first + 1, .dropped = std::nullopt};
  if (pairs_.size() >= evidence_pairs_max) {
    const auto most =
        std::max_element(counts.begin(), counts.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most->second < own + 2) return std::nullopt;
    const auto oldest = std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& entry) {
      return entry.second.signer == most->first;
    });
    change.dropped = oldest->first;
    pairs_.erase(oldest);
  }
  pairs_.emplace(change.number, pair);
  return change;
}

}  // namespace hs
