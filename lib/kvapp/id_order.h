// Fast comparison and hashing of transaction ids. Ids are hashes: eight of their bytes tell two
// apart but for those who search for collisions, and then the rest decides.
#pragma once
#include <cstdint>
#include <cstring>

#include "lib/kvapp/transaction.h"

namespace hs::kv {

[[nodiscard]] inline std::uint64_t leading_bytes(const TransactionId& id) {
  std::uint64_t value = 0;
  std::memcpy(&value, id.bytes.data(), sizeof(value));
  return value;
}

// A total order, for sorted lists in memory only: it is not that of the bytes.
struct IdOrder {
  [[nodiscard]] bool operator()(const TransactionId& a, const TransactionId& b) const {
    const std::uint64_t left = leading_bytes(a);
    const std::uint64_t right = leading_bytes(b);
    return left != right ? left < right : a < b;
  }
};

// `salt` keeps strangers from choosing ids that share a bucket; it changes speed only.
struct IdHash {
  std::uint64_t salt = 0;
  [[nodiscard]] std::size_t operator()(const TransactionId& id) const {
    return leading_bytes(id) ^ salt;
  }
};

}  // namespace hs::kv
