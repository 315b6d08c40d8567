// Borsh (borsh 0.10), strict: little-endian integers, u32 counts, one-byte tags, and nothing that
// an encoder would not have written. [PROTOCOL 1.1]
//
// A type takes part by two free functions found by argument-dependent lookup:
//   void encode(BorshWriter& writer, const T& value);
//   Status decode(BorshReader& reader, T& value);
#pragma once
#include <optional>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/base/strong.h"

namespace hs {

class BorshWriter {
 public:
  void u8(std::uint8_t value) { raw({&value, 1}); }
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void boolean(bool value) { u8(value ? 1 : 0); }
  // Raw bytes, no length: for [u8; N].
  void raw(BytesView bytes);
  // Vec<u8>: a u32 count, then the bytes.
  void byte_string(BytesView bytes);
  // A count of elements that the caller writes next. Requires count < 2^32.
  void count(std::size_t count);

  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

// Reads from a borrowed buffer, which must outlive the reader. After an error the position is
// unspecified and the reader must not be used again.
class BorshReader {
 public:
  explicit BorshReader(BytesView bytes) : rest_(bytes) {}

  [[nodiscard]] Result<std::uint8_t> u8();
  [[nodiscard]] Result<std::uint32_t> u32();
  [[nodiscard]] Result<std::uint64_t> u64();
  [[nodiscard]] Result<bool> boolean();                 // bad_value unless 0 or 1
  [[nodiscard]] Result<BytesView> raw(std::size_t n);   // borrows from the input
  [[nodiscard]] Result<Bytes> byte_string();
  // A u32 count of elements of at least `element_bytes_min` bytes each. Bounded by what remains, so
  // that the caller may reserve it; zero-size elements are not supported. Errors: truncated.
  [[nodiscard]] Result<std::size_t> count(std::size_t element_bytes_min);

  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  [[nodiscard]] BytesView rest() const { return rest_; }
  [[nodiscard]] Status finish() const;  // trailing unless everything was read

 private:
  BytesView rest_;
};

template <class Tag>
void encode(BorshWriter& writer, const Strong<Tag>& value) {
  writer.u64(value.value);
}
template <class Tag>
Status decode(BorshReader& reader, Strong<Tag>& value) {
  HS_TRY(number, reader.u64());
  value.value = number;
  return {};
}
template <class Tag, std::size_t N>
void encode(BorshWriter& writer, const FixedBytes<Tag, N>& value) {
  writer.raw(value.bytes);
}
template <class Tag, std::size_t N>
Status decode(BorshReader& reader, FixedBytes<Tag, N>& value) {
  HS_TRY(bytes, reader.raw(N));
  std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  return {};
}
template <class T>
void encode(BorshWriter& writer, const std::optional<T>& value) {
  writer.u8(value ? 1 : 0);
  if (value) encode(writer, *value);
}
template <class T>
Status decode(BorshReader& reader, std::optional<T>& value) {
  HS_TRY(present, reader.boolean());
  if (!present) {
    value.reset();
    return {};
  }
  return decode(reader, value.emplace());
}

// The encoding of one value.
template <class T>
[[nodiscard]] Bytes to_borsh(const T& value) {
  BorshWriter writer;
  encode(writer, value);
  return std::move(writer).take();
}
// The value that `bytes` encode; all of them must be used. Errors: truncated, trailing, bad_value,
// too_long, not_canonical.
template <class T>
[[nodiscard]] Result<T> from_borsh(BytesView bytes) {
  BorshReader reader(bytes);
  T value;
  HS_TRY_STATUS(decode(reader, value));
  HS_TRY_STATUS(reader.finish());
  return value;
}

}  // namespace hs
