// How much memory a piece of code holds at one time, as the allocator of this binary counts.
#pragma once
#include <cstddef>

#include "lib/base/check.h"

namespace hs::fuzz {

// Counts what this thread takes from the heap beyond what it gives back, from now on until
// destroyed. Not nested.
class AllocationMeter {
 public:
  AllocationMeter();
  ~AllocationMeter();
  AllocationMeter(const AllocationMeter&) = delete;
  AllocationMeter& operator=(const AllocationMeter&) = delete;

  // The most that was held at one time, in bytes.
  [[nodiscard]] std::size_t peak() const;
};

// What a decoder of strangers' bytes may hold for an input of that size.
constexpr std::size_t allocation_max(std::size_t input_bytes, std::size_t factor = 16) {
  return factor * input_bytes + (std::size_t{64} << 10);
}

// The same for YAML: each value of a text takes a node of a tree, of which the shortest is two
// bytes long.
constexpr std::size_t yaml_factor = 256;

}  // namespace hs::fuzz
