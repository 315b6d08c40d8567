// Three honest replicas and a fourth member whose every message is decided by the tape of the
// fuzzer: replays, alterations, forgeries and junk. After each step of a replica what must hold of
// it, whatever others do, is checked.
#pragma once
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lib/replica/drive.h"
#include "lib/replica/replica.h"
#include "lib/store/memory_store.h"
#include "tests/fuzz/support/tape.h"
#include "tests/support/cluster.h"

namespace hs::fuzz {

class TapeNet {
 public:
  explicit TapeNet(InputTape& tape);
  TapeNet(const TapeNet&) = delete;
  TapeNet& operator=(const TapeNet&) = delete;

  // One event of the tape.
  void play();
  // Nothing else happens but that messages arrive and time passes.
  void run(int deliveries);

  // Messages that the honest have sent so far, to whomever, one of each.
  [[nodiscard]] const std::vector<MessagePtr>& heard() const { return heard_; }

 private:
  static constexpr std::size_t honest = 3;
  static constexpr std::size_t liar = 3;  // index of the fourth

  struct Node {
    MemoryStore store;
    test::HeightApp app;
    std::optional<SafetyRecord> record;
    std::unique_ptr<Replica> replica;
    SelfQueue self_queue;
    ReplicaStatus last;          // after the previous step
    std::map<View, Hash> votes;  // by view, over restarts
  };
  struct Parcel {
    std::size_t from;
    std::size_t to;
    MessagePtr message;
  };
  struct Driver;

  void start(std::size_t node);
  void step(std::size_t node, const Input& input);
  void check(std::size_t node, const Output& output);
  void check_vote(Node& node, const PhaseVote& vote);
  void post(std::size_t from, const PublicKey* to, const MessagePtr& message);
  void deliver(const Parcel& parcel);
  [[nodiscard]] bool deliver_next();
  void pass_time();
  // A message of the liar.
  [[nodiscard]] std::optional<Message> lie();
  [[nodiscard]] Message altered(Message message);
  void sign(Message& message) const;
  [[nodiscard]] const PublicKey& key_of(std::size_t node) const { return keys_[node].public_key(); }

  InputTape& tape_;
  ReplicaConfig config_;
  std::vector<SecretKey> keys_;
  std::array<Node, honest> nodes_;
  Instant now_{};
  std::deque<Parcel> in_flight_;
  std::vector<MessagePtr> heard_;
  std::map<Height, Hash> committed_;  // by anybody honest
};

}  // namespace hs::fuzz
