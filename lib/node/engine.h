// Turns a replica: inputs in, its outputs carried out in their order. No sockets and no event loop;
// time comes from outside, so that tests can drive it by hand. [ARCHITECTURE 4, PROTOCOL S02]
#pragma once
#include <deque>
#include <functional>
#include <optional>

#include "lib/byzantine/wrapper.h"
#include "lib/node/home/safety_file.h"
#include "lib/node/own_votes.h"
#include "lib/replica/drive.h"
#include "lib/replica/replica.h"
#include "lib/store/overlay.h"

namespace hs {

struct EngineParts {
  const ReplicaConfig& config;
  const SecretKey& key;
  KvStore& store;
  App& app;
  SafetyFile& safety;
  Rng rng;
};

using SharedBytes = std::shared_ptr<const Bytes>;

// Where effects go. Called from turn() only, when what they rest on is on disk.
struct EngineOutlets {
  std::function<void(const Recipient& to, const MessagePtr& message)> send;  // never to self
  std::function<void(const Event& event)> tell;
  std::function<Instant()> now;
  // Bytes in place of a message's encoding; needed for a node that is told to misbehave alone.
  std::function<void(const Recipient& to, const SharedBytes& bytes)> send_raw = {};
};

struct EngineCounters {
  std::uint64_t steps = 0;
  std::uint64_t store_writes = 0;
  std::uint64_t store_syncs = 0;
};

// One thread. The parts outlive the engine.
//
// A turn takes several inputs, and then writes what they changed as one batch, synced at most once,
// then the voting record, then sends, then tells: so nothing leaves before what it rests on is on
// disk, a crash lies between two turns, and a burst of messages costs one sync.
class Engine {
 public:
  // Throws StoreFailure if the store is not initialised or corrupt.
  Engine(const EngineParts& parts, EngineOutlets outlets);

  // Takes part in a later turn. Inputs keep their order.
  void put(Input input);
  // Works for a while and then carries out the effects. True if there is more to do at once. Throws
  // StoreFailure; the engine must not be used any more then.
  bool turn();
  // When to call turn() at the latest if nothing is put before; none: only then.
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::size_t waiting() const { return inbox_.size() + self_queue_.size(); }
  // Encoded bytes of the peers' messages among them.
  [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }

  [[nodiscard]] const Replica& replica() const { return replica_.honest(); }
  // Misbehaves like this from the next step on; none: honest. Whatever is sent, what is stored and
  // what replica() says is what an honest node would store and say. On a test genesis only: the
  // caller sees to that, and has noted it (home/misbehaviour_mark.h).
  void misbehave(const byzantine::Kinds& kinds);
  // It was told to misbehave in an earlier life: then its key has signed what no record knows of.
  void forgive_unknown_votes() { own_votes_.reset(); }
  // The view of a vote of the own key which this home knows nothing of (own_votes.h). From then on
  // the engine does nothing any more, nothing waits in it, and the node must end.
  [[nodiscard]] std::optional<View> unknown_vote() const { return unknown_vote_; }
  // Of the own votes, by the voting record.
  [[nodiscard]] std::optional<View> newest_vote() const {
    return own_votes_ ? own_votes_->newest() : std::nullopt;
  }
  [[nodiscard]] const EngineCounters& counters() const { return counters_; }

  // For drive.h.
  void write(const WriteBatch& batch, bool sync);
  void write_record(const SafetyRecord& record) { record_ = record; }
  void send(const Recipient& to, const MessagePtr& message) { sends_.push_back({to, message}); }
  void tell(const Event& event) { events_.push_back(event); }
  [[nodiscard]] const PublicKey& self() const { return replica_.honest().key(); }

 private:
  bool step_once(Instant now);  // false: nothing to do
  void step(Instant now, const Input& input);
  void drop_inputs();
  void carry_out(Instant now);
  void write_safety(Instant now);

  KvStore& store_;
  SafetyFile& safety_;
  EngineOutlets outlets_;
  Overlay staged_;  // the store as it will be after this turn; what the replica reads
  byzantine::Wrapper replica_;

  std::deque<Input> inbox_;
  std::size_t waiting_bytes_ = 0;  // of inbox_
  SelfQueue self_queue_;
  // Effects of the turn so far.
  bool sync_ = false;
  std::optional<SafetyRecord> record_;
  std::vector<Send> sends_;
  std::vector<byzantine::RawSend> raw_sends_;
  std::vector<Event> events_;

  std::optional<OwnVotes> own_votes_;  // none for a node that misbehaves, or ever did
  std::optional<View> unknown_vote_;

  std::optional<Instant> record_synced_;
  EngineCounters counters_;
};

}  // namespace hs
