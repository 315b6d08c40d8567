// Unsigned 64-bit numbers with a meaning: passing a Height where a View belongs does not compile.
#pragma once
#include <compare>
#include <cstdint>

namespace hs {

template <class Tag>
struct Strong {
  std::uint64_t value = 0;

  constexpr Strong() = default;
  constexpr explicit Strong(std::uint64_t number) : value(number) {}
  friend constexpr auto operator<=>(Strong, Strong) = default;
};

// The number after `number`. Views and heights from outside are at most number_max (base/limits.h),
// so this cannot wrap.
template <class Tag>
[[nodiscard]] constexpr Strong<Tag> next(Strong<Tag> number) {
  return Strong<Tag>{number.value + 1};
}

}  // namespace hs
