// The texts that options take, read strictly: nothing but the value itself, no sign, no blanks.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/base/time.h"

namespace hs {

// Decimal digits only. Errors: bad_value, also above 2^64 - 1.
[[nodiscard]] Result<std::uint64_t> parse_number(std::string_view text);

// A whole number and its unit without a blank between them: 250us, 500ms, 30s, 5m, 2h.
// Errors: bad_value, also above 1,000 hours.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

// The longest unit that needs no fraction: 1500ms, 30s, 5m.
[[nodiscard]] std::string duration_text(Duration duration);

}  // namespace hs
