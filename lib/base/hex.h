// Lower-case hexadecimal, the form in which people and JSON see hashes, keys and signatures.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hs {

[[nodiscard]] std::string to_hex(BytesView bytes);
// Accepts both cases. Errors: bad_value for an odd length or a character that is no hex digit.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

template <class Fixed>
[[nodiscard]] Result<Fixed> fixed_from_hex(std::string_view text) {
  HS_TRY(bytes, from_hex(text));
  if (bytes.size() != Fixed::size) {
    return fail(Errc::bad_value, "expected " + std::to_string(2 * Fixed::size) +
                                     " hex digits, got " + std::to_string(text.size()));
  }
  Fixed value;
  std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  return value;
}

}  // namespace hs
