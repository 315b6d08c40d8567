// Changes that a block makes to the app state and to the validator set, as stored. [PROTOCOL 1.3]
#pragma once
#include <map>
#include <set>
#include <variant>

#include "lib/codec/borsh.h"
#include "lib/crypto/signatures.h"
#include "lib/types/scalars.h"

namespace hs {

// Inserts and deletes, never the same key in both halves: the later call wins.
template <class Key, class Value>
struct UpdateSet {
  std::map<Key, Value> inserts;
  std::set<Key> deletes;

  void insert(const Key& key, Value value) {
    deletes.erase(key);
    inserts.insert_or_assign(key, std::move(value));
  }
  void erase(const Key& key) {
    inserts.erase(key);
    deletes.insert(key);
  }
  [[nodiscard]] bool empty() const { return inserts.empty() && deletes.empty(); }
  friend bool operator==(const UpdateSet&, const UpdateSet&) = default;
};

using AppStateUpdates = UpdateSet<Bytes, Bytes>;
using ValidatorSetUpdates = UpdateSet<PublicKey, Power>;

// Life of a block's validator set updates: absent, waiting for the commit, committed.
struct NoUpdates {
  friend bool operator==(NoUpdates, NoUpdates) = default;
};
struct CommittedUpdates {
  friend bool operator==(CommittedUpdates, CommittedUpdates) = default;
};
struct PendingUpdates {
  ValidatorSetUpdates updates;
  friend bool operator==(const PendingUpdates&, const PendingUpdates&) = default;
};
using ValidatorSetUpdatesStatus = std::variant<NoUpdates, PendingUpdates, CommittedUpdates>;

// Maps and sets are stored sorted; decoding refuses unsorted keys, duplicates, and a key in both
// halves (not_canonical). [S44]
void encode(BorshWriter& writer, const AppStateUpdates& updates);
void encode(BorshWriter& writer, const ValidatorSetUpdates& updates);
void encode(BorshWriter& writer, const ValidatorSetUpdatesStatus& status);
Status decode(BorshReader& reader, AppStateUpdates& updates);
Status decode(BorshReader& reader, ValidatorSetUpdates& updates);
Status decode(BorshReader& reader, ValidatorSetUpdatesStatus& status);

}  // namespace hs
