// Which heights are spoken for: ranges are asked of several servers at a time, and none twice.
// [S52]
#pragma once
#include <vector>

#include "lib/types/scalars.h"

namespace hs {

struct HeightRange {
  Height first;
  Height last;  // included
};

// The first height from `from` on that is in none of the ranges, in any order, overlapping or not.
[[nodiscard]] Height first_uncovered(Height from, std::vector<HeightRange> ranges);

}  // namespace hs
