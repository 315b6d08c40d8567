// Pairs of conflicting votes that are kept: a few of every signer, so that nobody pushes out what
// shows others to have lied, and nobody fills the disk. [S23]
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "lib/types/events.h"

namespace hs {

constexpr std::size_t evidence_pairs_max = 256;
constexpr std::size_t evidence_pairs_of_signer_max = 8;

class EvidenceBook {
 public:
  // Of what a store holds, by number.
  explicit EvidenceBook(std::map<std::uint64_t, event::Equivocation> stored)
      : pairs_(std::move(stored)) {}

  // What adding a pair changes in the store.
  struct Change {
    std::uint64_t number;                  // of the new pair
    std::optional<std::uint64_t> dropped;  // that had to make room for it
  };
  // None if the pair is not kept: its signer has as many as anybody may, or this very conflict is
  // known. Where all places are taken, the oldest pair of the signer with the most makes room for
  // one that has at least two fewer.
  [[nodiscard]] std::optional<Change> add(const event::Equivocation& pair);

  [[nodiscard]] const std::map<std::uint64_t, event::Equivocation>& pairs() const { return pairs_; }

 private:
  std::map<std::uint64_t, event::Equivocation> pairs_;  // ascending in time
};

}  // namespace hs
