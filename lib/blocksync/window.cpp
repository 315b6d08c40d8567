#include "lib/blocksync/window.h"

#include <algorithm>

namespace hs {

Height first_uncovered(Height from, std::vector<HeightRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const HeightRange& a, const HeightRange& b) { return a.first < b.first; });
  for (const HeightRange& range : ranges) {
    if (range.first > from) break;
    if (range.last >= from) from = next(range.last);
  }
  return from;
}

}  // namespace hs
