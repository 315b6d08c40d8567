// The words of a scenario line and the values they stand for.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "lib/sim/violation.h"

namespace hs::sim {

using Words = std::vector<std::string>;

// Separated by blanks; a comment starts with '#'.
[[nodiscard]] Words words_of(std::string_view line);
// All errors below: bad_value.
[[nodiscard]] Result<std::uint64_t> number_from(std::string_view word);
[[nodiscard]] Result<Duration> duration_from(std::string_view word);  // "200ms", "2s", "50us"
[[nodiscard]] Result<std::vector<std::uint64_t>> numbers_from(std::string_view word);  // "1,2,3"

}  // namespace hs::sim
