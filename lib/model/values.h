// The values that the rules speak about, in types of the model's own: it includes and links nothing
// of the core, so that a mistake there cannot excuse itself here. [decisions/0006]
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace hs::model {

template <class Tag>
struct Bytes32 {
  std::array<std::uint8_t, 32> bytes{};
  friend auto operator<=>(const Bytes32&, const Bytes32&) = default;
};
using Key = Bytes32<struct KeyTag>;    // of a replica
using Hash = Bytes32<struct HashTag>;  // of a block

// For maps whose keys are hashes already.
struct HashOfHash {
  std::size_t operator()(const Hash& hash) const {
    std::size_t value = 0;
    std::memcpy(&value, hash.bytes.data(), sizeof value);
    return value;
  }
};

using Height = std::uint64_t;
using View = std::uint64_t;

enum class Phase : std::uint8_t { generic, prepare, precommit, commit, decide };

// A PC or a TC without its signatures: which slots are filled is all that rules ask; whether the
// signatures are good is asked of Signatures.
struct Certificate {
  enum class Kind : std::uint8_t { genesis, phase, timeout };
  Kind kind = Kind::genesis;
  std::uint64_t chain = 0;
  View view = 0;
  Hash block;                    // of a PC
  Phase phase = Phase::generic;  // likewise
  std::vector<bool> slots;       // filled or empty, one a member of the set that signed

  [[nodiscard]] bool is_genesis() const { return kind == Kind::genesis; }
  friend bool operator==(const Certificate&, const Certificate&) = default;
};
using CertificatePtr = std::shared_ptr<const Certificate>;

// Never null on either side.
[[nodiscard]] inline bool same(const CertificatePtr& a, const CertificatePtr& b) {
  return a == b || *a == *b;
}

// What a block does to the validator set: first inserts, then deletes. [2.3]
struct Updates {
  std::map<Key, std::uint64_t> inserts;
  std::set<Key> deletes;
};

struct Block {
  Hash hash;
  Height height = 0;
  CertificatePtr justify;
  std::optional<Updates> updates;  // an empty set of them is an update too
};
using BlockPtr = std::shared_ptr<const Block>;

}  // namespace hs::model
