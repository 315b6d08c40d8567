#include "lib/codec/borsh.h"

#include <algorithm>
#include <array>
#include <limits>

#include "lib/base/check.h"
#include "lib/base/mutate.h"

namespace hs {
namespace {

constexpr std::size_t first_bytes = 320;  // a proposal of four validators

template <class Integer>
std::array<std::uint8_t, sizeof(Integer)> little_endian(Integer value) {
  std::array<std::uint8_t, sizeof(Integer)> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return bytes;
}

template <class Integer>
Integer from_little_endian(BytesView bytes) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) value |= Integer{bytes[i]} << (8 * i);
  return value;
}

}  // namespace

void BorshWriter::u32(std::uint32_t value) { raw(little_endian(value)); }
void BorshWriter::u64(std::uint64_t value) { raw(little_endian(value)); }

void BorshWriter::raw(BytesView bytes) {
  // Nearly every message but a full block fits the first allocation: growing from 8 bytes by
  // doubling was 40 % of all allocations of a replica.
  if (bytes_.capacity() == 0) bytes_.reserve(std::max(first_bytes, bytes.size()));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

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
  if (count > rest_.size() / element_bytes_min && !HS_MUTATE(M42)) {
    return fail(Errc::truncated, "a count exceeds what the input can hold");
  }
  return static_cast<std::size_t>(count);
}

Status BorshReader::finish() const {
  if (!rest_.empty()) return fail(Errc::trailing, "input goes on after the value");
  return {};
}

}  // namespace hs
