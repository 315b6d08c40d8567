// Byte strings: owned, borrowed and of fixed size. Everything that crosses a boundary (wire, disk,
// hash, signature) is one of these three.
#pragma once
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hs {

using Bytes = std::vector<std::uint8_t>;          // owned
using BytesView = std::span<const std::uint8_t>;  // borrowed, read-only

// N raw bytes with a meaning. `Tag` keeps a Hash from being passed as a PublicKey; order is
// byte-wise, which is the order of PROTOCOL 1.1 for map keys and of 1.6 for validators.
template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t size = N;
  std::array<std::uint8_t, N> bytes{};

  [[nodiscard]] BytesView view() const { return bytes; }
  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
};

// The bytes of text, not NUL-terminated. The view borrows from `text`.
[[nodiscard]] inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline Bytes to_bytes(std::string_view text) {
  const BytesView view = as_bytes(text);
  return {view.begin(), view.end()};
}
[[nodiscard]] inline Bytes to_bytes(BytesView view) { return {view.begin(), view.end()}; }
[[nodiscard]] inline std::string to_string(BytesView view) { return {view.begin(), view.end()}; }

[[nodiscard]] inline bool starts_with(BytesView bytes, BytesView prefix) {
  return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

}  // namespace hs
