// The rules as functions of what a replica holds, written from hs-protocol(7) and nothing else.
#pragma once
#include <deque>
#include <unordered_map>

#include "lib/model/validators.h"

namespace hs::model {

enum class UpdateStatus : std::uint8_t { none, pending, committed };

struct Stored {
  BlockPtr block;
  UpdateStatus status = UpdateStatus::none;
  std::vector<Hash> children;
};

// What a replica has on disk, as far as rules read it. [3.1]
struct Tree {
  std::uint64_t chain = 0;
  std::uint64_t epoch_length = 1;
  std::unordered_map<Hash, Stored, HashOfHash> blocks;  // looked up only, never walked
  std::vector<Hash> first_blocks;                       // of height 0
  std::deque<Hash>
      newest_committed;            // as many as a rule can still ask for; below, all is forgotten
  CertificatePtr highest;          // PC; never null
  CertificatePtr locked;           // likewise
  CertificatePtr highest_timeout;  // TC; null: none
  View entered = 0;
  std::optional<View> voted;
  std::optional<Height> committed_height;
  Hash committed_block;
  Sets sets;

  [[nodiscard]] const Stored* find(const Hash& block) const;
};
// The beginning. [6.3]
[[nodiscard]] Tree tree_at_genesis(std::uint64_t chain, std::uint64_t epoch_length,
                                   const SetPtr& first);

// ---- 1.8 ----
[[nodiscard]] bool is_correct(const Tree& tree, const Certificate& certificate,
                              Signatures& signatures);

// ---- 3.5: null if the question is answered with yes, else the clause that says no ----
[[nodiscard]] const char* fault_of_lock(const Tree& tree, const Certificate& pc);  // clause 3 alone
[[nodiscard]] const char* fault_of_pc(const Tree& tree, const Certificate& pc);
// An update that the new set has decided: of the old set's word on it nothing is left. [S58]
[[nodiscard]] bool is_done_with(const Tree& tree, const Hash& update);
[[nodiscard]] const char* fault_of_block(const Tree& tree, const Block& block);
[[nodiscard]] const char* fault_of_nudge(const Tree& tree, const Certificate& justify, View view);
// May it be stored? Not more than that. [3A.5, S55]
[[nodiscard]] const char* fault_of_storing(const Tree& tree, const Block& block);

// ---- 3.7 ----
struct Commit {
  Hash block;
  Height height = 0;
  View view = 0;  // of its certificate
};
struct Effects {
  bool raises_highest = false;
  CertificatePtr lock;          // null: the lock stays
  std::vector<Commit> commits;  // lowest first
  bool decides = false;         // may set `decided`, after the commits [S32]
  bool forks = false;           // commits beside the committed chain [S57]
};
[[nodiscard]] Effects effects_of(const Tree& tree, const CertificatePtr& pc);
void apply(Tree& tree, const CertificatePtr& pc, const Effects& effects);

void insert(Tree& tree, const BlockPtr& block);  // 6.4

// ---- 3.3: what a leader sends ----
enum class Offer : std::uint8_t { new_block, same_block, nudge };
[[nodiscard]] Offer offer_of(const Certificate& highest, View view);

// ---- 4 ----
[[nodiscard]] inline bool ends_epoch(const Tree& tree, View view) {
  return view % tree.epoch_length == 0;
}
// After a start, and whether it is an epoch-change view entered again. [3A.10]
struct InitialView {
  View view = 0;
  bool again = false;
};
[[nodiscard]] InitialView initial_view(const Tree& tree);

}  // namespace hs::model
