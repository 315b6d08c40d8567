// What lib/rpc serves, without a node: a real block tree and the real app over a store in memory,
// and commits when the test says so.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/blocktree/block_tree.h"
#include "lib/kvapp/kv_app.h"
#include "lib/rpc/chain_view.h"
#include "lib/rpc/hub.h"
#include "lib/store/memory_store.h"

namespace hs::test {

// Four validators, keys 1 to 4, named n0 to n3 in the order of their keys. Thread-safe.
class FakeNode {
 public:
  FakeNode();

  // Makes the next block of whatever waits in the pool, certified in the next view by three of
  // four; its grandparent is committed with that.
  void grow();
  // grow() until everything that waits is committed.
  void commit_all();
  // A block beside the newest one, never certified.
  Hash fork();
  // Keeps two votes of this signer in one view as evidence.
  void see_double_vote(const PublicKey& signer);

  // Puts one transaction into the pool; its id.
  TransactionId put(const std::string& key, const std::string& value);
  // The same, encoded and not yet given to anybody.
  Bytes encoded_put(const std::string& key, const std::string& value);

  void publish();

  [[nodiscard]] std::unique_ptr<KvReader> snapshot() const;
  [[nodiscard]] const ReplicaNames& names() const { return names_; }
  [[nodiscard]] std::vector<Hash> chain() const;  // heights 0 to the newest

  RpcHub hub;
  RpcService service;
  NodeSnapshot node;  // what publish() publishes
  bool answers_submissions = true;
  std::vector<std::function<void(std::vector<Admission>)>>
      unanswered;                    // submissions, if it does not
  std::atomic<int> submissions = 0;  // that were given to the pool

 private:
  std::vector<Admission> admit(const std::vector<Bytes>& transactions);
  Block produce();

  mutable std::mutex mutex_;
  MemoryStore store_;
  ValidatorSet set_;
  ReplicaNames names_;
  std::unique_ptr<BlockTree> tree_;
  KvApp app_;
  std::vector<Hash> chain_;
  std::uint64_t view_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace hs::test
