// What holds of every decoder, whatever it is given.
#pragma once
#include <algorithm>
#include <optional>
#include <utility>

#include "lib/base/check.h"
#include "lib/codec/borsh.h"
#include "tests/fuzz/support/allocation.h"

namespace hs::fuzz {

// The value, if the input encodes one. Memory is bounded by the size of the input; what is accepted
// is exactly what an encoder would have written; and it decodes to the same value again. [S44]
template <class T>
std::optional<T> round_trip(BytesView input, std::size_t allocated_max) {
  Result<T> value = fail(Errc::missing, "not decoded yet");
  {
    const AllocationMeter meter;
    value = from_borsh<T>(input);
    HS_CHECK(meter.peak() <= allocated_max);
  }
  if (!value) {
    HS_CHECK(!value.error().what.empty());
    return std::nullopt;
  }
  const Bytes encoded = to_borsh(*value);
  HS_CHECK(std::ranges::equal(encoded, input));
  const Result<T> again = from_borsh<T>(encoded);
  HS_CHECK(again.has_value());
  HS_CHECK(*again == *value);
  return std::move(*value);
}
template <class T>
std::optional<T> round_trip(BytesView input) {
  return round_trip<T>(input, allocation_max(input.size()));
}

}  // namespace hs::fuzz
