// Bytes that a user hands over, in whatever form is at hand.
#pragma once
#include <string>

#include "lib/base/bytes.h"

namespace hs {

constexpr std::size_t input_bytes_max = 16 << 20;

// `argument` is "-" (standard input), hex digits, or the path of a file. What is read may be the
// bytes themselves or their hex digits, with blanks between them and 0x in front. Throws CliError:
// usage, io.
[[nodiscard]] Bytes input_bytes(const std::string& argument);

}  // namespace hs
