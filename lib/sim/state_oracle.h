// What the apps make of the chain.
//   G3  every committed operation was submitted by a client
//   G4  and is in the committed chain once
//   G5  nodes at one height hold the same app state
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lib/crypto/sha256.h"
#include "lib/sim/chain_oracle.h"
#include "lib/store/store.h"

namespace hs::sim {

// A sum over all entries of a state: the order in which they were written does not matter, and a
// change costs two hashes however large the state is.
class StateSum {
 public:
  void add(BytesView key, BytesView value);
  void remove(BytesView key, BytesView value);
  friend bool operator==(const StateSum&, const StateSum&) = default;

 private:
  std::array<std::uint64_t, 4> words_{};
};

class StateOracle {
 public:
  StateOracle(std::size_t nodes, const ChainOracle& chain, Judge& judge);

  // Before `batch` is written to `disk`.
  void on_write(NodeIndex node, const WriteBatch& batch, const KvReader& disk);
  void on_start(NodeIndex node, const KvReader& disk);
  // After a step that may have committed.
  void end_step(NodeIndex node);

  // Client side: a transaction may be in the chain from now on.
  void on_submit(const Hash& transaction) { submitted_.insert(transaction); }
  [[nodiscard]] bool is_done(const Hash& transaction) const { return done_.contains(transaction); }
  // The committed transactions of one newly committed block, in the order of heights.
  void on_block(Height height, const std::vector<Hash>& transactions);

 private:
  const ChainOracle& chain_;
  Judge& judge_;
  std::vector<StateSum> sums_;                       // by node
  std::vector<std::optional<Height>> compared_;      // by node
  std::map<Height, StateSum> by_height_;             // recent heights only
  std::set<Hash> submitted_;
  std::set<Hash> done_;
};

}  // namespace hs::sim
