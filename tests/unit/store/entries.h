// Short ways to write batches and to list what a reader holds.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "lib/store/store.h"

namespace hs::test {

using Entries = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] inline Entries entries_of(const KvReader& reader, std::string_view prefix = "") {
  Entries entries;
  reader.scan(as_bytes(prefix), [&](BytesView key, BytesView value) {
    entries.emplace_back(to_string(key), to_string(value));
    return true;
  });
  return entries;
}

[[nodiscard]] inline WriteBatch puts(const Entries& entries) {
  WriteBatch batch;
  for (const auto& [key, value] : entries) batch.put(as_bytes(key), as_bytes(value));
  return batch;
}

[[nodiscard]] inline std::optional<std::string> text_of(const KvReader& reader,
                                                        std::string_view key) {
  const std::optional<Bytes> value = reader.get(as_bytes(key));
  if (!value) return std::nullopt;
  return to_string(*value);
}

}  // namespace hs::test
