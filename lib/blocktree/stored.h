// Decoding of what this replica itself has stored. Bytes that do not decode are our own disk gone
// bad, so this is the one place where decoding throws. [S27, S44]
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/codec/borsh.h"
#include "lib/store/store.h"

namespace hs::stored {

// `what` names the value for people: "the locked certificate".
[[noreturn]] inline void throw_corrupt(std::string_view what, std::string_view why) {
  throw StoreFailure(StoreFailure::Kind::corrupt, "the stored block tree is corrupt: " +
                                                      std::string(what) + ": " + std::string(why));
}

template <class T>
[[nodiscard]] T decode(BytesView bytes, std::string_view what) {
  Result<T> value = from_borsh<T>(bytes);
  if (!value) throw_corrupt(what, value.error().what);
  return std::move(*value);
}

// None if the key is not there.
template <class T>
[[nodiscard]] std::optional<T> find(const KvReader& store, BytesView key, std::string_view what) {
  const std::optional<Bytes> bytes = store.get(key);
  if (!bytes) return std::nullopt;
  return decode<T>(*bytes, what);
}

// For what must be there; its absence is corruption.
template <class T>
[[nodiscard]] T get(const KvReader& store, BytesView key, std::string_view what) {
  std::optional<T> value = find<T>(store, key, what);
  if (!value) throw_corrupt(what, "it is missing");
  return std::move(*value);
}

[[nodiscard]] inline bool get_boolean(const KvReader& store, BytesView key, std::string_view what) {
  const std::optional<Bytes> bytes = store.get(key);
  if (!bytes) throw_corrupt(what, "it is missing");
  BorshReader reader(*bytes);
  const Result<bool> value = reader.boolean();
  if (!value) throw_corrupt(what, value.error().what);
  if (const Status end = reader.finish(); !end) throw_corrupt(what, end.error().what);
  return *value;
}

[[nodiscard]] inline std::uint32_t get_u32(const KvReader& store, BytesView key,
                                           std::string_view what) {
  const std::optional<Bytes> bytes = store.get(key);
  if (!bytes) throw_corrupt(what, "it is missing");
  BorshReader reader(*bytes);
  const Result<std::uint32_t> value = reader.u32();
  if (!value) throw_corrupt(what, value.error().what);
  if (const Status end = reader.finish(); !end) throw_corrupt(what, end.error().what);
  return *value;
}

}  // namespace hs::stored
