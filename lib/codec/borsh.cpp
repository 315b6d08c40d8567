#include "lib/codec/borsh.h"

#include <limits>

#include "lib/base/check.h"

namespace hs {
namespace {

template <class Integer>
void append_little_endian(Bytes& bytes, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

template <class Integer>
Integer from_little_endian(BytesView bytes) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) value |= Integer{bytes[i]} << (8 * i);
  return value;
}

}  // namespace

void BorshWriter::u32(std::uint32_t value) { append_little_endian(bytes_, value); }
void BorshWriter::u64(std::uint64_t value) { append_little_endian(bytes_, value); }

void BorshWriter::count(std::size_t count) {
  HS_CHECK(count <= std::numeric_limits<std::uint32_t>::max());
  u32(static_cast<std::uint32_t>(count));
}

void BorshWriter::byte_string(BytesView bytes) {
  count(bytes.size());
  raw(bytes);
}

Result<BytesView> BorshReader::raw(std::size_t n) {
  if (n > rest_.size()) return fail(Errc::truncated, "input ends inside a value");
  const BytesView taken = rest_.first(n);
  rest_ = rest_.subspan(n);
  return taken;
}

Result<std::uint8_t> BorshReader::u8() {
  HS_TRY(bytes, raw(1));
  return bytes[0];
}

Result<std::uint32_t> BorshReader::u32() {
  HS_TRY(bytes, raw(4));
  return from_little_endian<std::uint32_t>(bytes);
}

Result<std::uint64_t> BorshReader::u64() {
  HS_TRY(bytes, raw(8));
  return from_little_endian<std::uint64_t>(bytes);
}

Result<bool> BorshReader::boolean() {
  HS_TRY(byte, u8());
  if (byte > 1) return fail(Errc::bad_value, "a flag is neither 0 nor 1");
  return byte == 1;
}

Result<Bytes> BorshReader::byte_string() {
  HS_TRY(length, u32());
  HS_TRY(bytes, raw(length));
  return to_bytes(bytes);
}

Result<std::size_t> BorshReader::count(std::size_t element_bytes_min) {
  HS_CHECK(element_bytes_min > 0);
  HS_TRY(count, u32());
  if (count > rest_.size() / element_bytes_min) {
    return fail(Errc::truncated, "a count exceeds what the input can hold");
  }
  return static_cast<std::size_t>(count);
}

Status BorshReader::finish() const {
  if (!rest_.empty()) return fail(Errc::trailing, "input goes on after the value");
  return {};
}

}  // namespace hs
