// A stored chain as people and scripts ask about it: blocks by selector, who proposed and who
// signed, how far each is confirmed. Over any store: a snapshot of a live node or the files of a
// dead one. The shapes are those of man/hs-block.1 and its siblings: "schema" first, hashes and
// keys hex, heights, views and powers numbers, null while there is none.
//
// Reads only; throws StoreFailure(corrupt) where the tree cannot be decoded. Not thread-safe;
// cheap.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/blocktree/tree_reader.h"
#include "lib/rpc/encoding.h"

namespace hs {

constexpr std::size_t blocks_limit_default = 20;
constexpr std::size_t blocks_limit_max = 100;
constexpr std::size_t tree_depth_default = 12;
constexpr std::size_t tree_depth_max = 200;
constexpr std::size_t tree_blocks_max = 1000;
constexpr std::size_t validator_changes_max = 1000;
// An answer with many blocks or entries ends early, and says where to go on, once it is this long.
constexpr std::size_t answer_bytes_max = 4 << 20;

// Names of replicas, where known: from the genesis, or as peers said in their hello.
using ReplicaNames = std::map<PublicKey, std::string>;

class ChainView {
 public:
  // Both arguments outlive the view. Requires an initialised store.
  ChainView(const KvReader& store, const ReplicaNames& names);

  // The block that a selector names: head (the newest), committed, locked, highest (of the highest
  // certificate), genesis, a height, v:VIEW (the block certified in that view), or at least four
  // digits of a hash that are not all decimal; each with ~N for the N-th ancestor. A height above
  // the committed one is looked for on the branch of head. Errors: bad_value for what is no
  // selector, not_found.
  [[nodiscard]] Result<Hash> find(std::string_view selector) const;

  // hs.block/v1. Requires that the block is stored.
  [[nodiscard]] Json block(const Hash& hash) const;
  // hs.blocks/v1: blocks of the committed chain and of the branch of head above it, `from` .. `to`
  // and at most `limit`, descending from `to`; "next" is the height to go on with, or null. Without
  // `to`: from head.
  [[nodiscard]] Json blocks(Height from, std::optional<Height> to, std::size_t limit) const;
  // hs.tree/v1: every block stored in the `depth` topmost heights, parents first, as short objects.
  [[nodiscard]] Json tree(std::size_t depth) const;
  // hs.validators/v1: the newest set, or the one in force after the block at a height. Errors:
  // not_found for a height above the committed one; corrupt.
  [[nodiscard]] Result<Json> validators(std::optional<Height> at) const;
  // hs.validator_changes/v1: {"changes":[{"height","transaction"}],"next"}: the transactions, in
  // hex, that changed the set at `from` or above. Errors: corrupt.
  [[nodiscard]] Result<Json> validator_changes(Height from) const;

  // The certificate of a block, as far as it is stored: of its child's justify, or the highest or
  // the locked one.
  [[nodiscard]] std::optional<PhaseCertificate> certificate_of(const Hash& block) const;
  // How many certificates in a row stand on the block, its own first: 3 is what commits it.
  [[nodiscard]] int confirmations(const Hash& block) const;

  [[nodiscard]] const TreeReader& tree_reader() const { return tree_; }
  [[nodiscard]] std::optional<Height> committed_height() const { return committed_height_; }
  [[nodiscard]] std::optional<Hash> head() const;
  // {"phase","view","block","signers","signer_bits","power"}; signers and power are null where the
  // set that signed is no longer known.
  [[nodiscard]] Json certificate(const PhaseCertificate& pc) const;
  [[nodiscard]] Json name_of_key(const PublicKey& key) const;  // null where unknown

 private:
  [[nodiscard]] Result<Hash> find_base(std::string_view base) const;
  [[nodiscard]] Result<Hash> ancestor(Hash block, std::uint64_t generations) const;
  [[nodiscard]] Result<Hash> at_height(Height height) const;
  [[nodiscard]] Result<Hash> certified_in(View view) const;
  [[nodiscard]] Result<Hash> by_prefix(std::string_view digits) const;
  [[nodiscard]] int confirmations(const Hash& block, int most) const;
  [[nodiscard]] const char* status_of(const Hash& block, Height height) const;
  // The set whose members sign a certificate, as the app remembers its changes; null where the
  // block is not stored or the signatures do not fit the set.
  [[nodiscard]] ValidatorSetPtr set_of(const PhaseCertificate& pc) const;
  [[nodiscard]] Result<ValidatorSetPtr> set_after(std::optional<Height> height) const;
  // What block() and tree() share: height to confirmations, with the proposer and the certificate.
  void put_summary(Json& object, const BlockHeader& header) const;

  const KvReader* store_;
  const ReplicaNames* names_;
  TreeReader tree_;
  ValidatorSetState validators_;
  std::optional<Height> committed_height_;
  PhaseCertificate highest_pc_;
  PhaseCertificate locked_pc_;
};

// Members of a set: hs.validators/v1; `height` is one at which the set is in force.
[[nodiscard]] Json validators_view(const ValidatorSet& set, const ValidatorSetState& state,
                                   std::optional<Height> height, const ReplicaNames& names);

// The transactions of a block: [{"id","kind","key",...,"outcome"}]; "outcome" only where the block
// is committed and remembered.
[[nodiscard]] Json transactions_view(const TreeReader& tree, const Block& block, bool is_committed);

}  // namespace hs
