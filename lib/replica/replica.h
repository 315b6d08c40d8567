// One HotStuff replica as a pure state machine: an input and the time go in, what must be stored,
// sent and told comes out. The only place that knows all three subprotocols. [PROTOCOL 3A]
//
// Threads: one. Nothing here reads a clock, a random device, a file or a socket. Store failures
// (StoreFailure) pass through; nothing that a peer sends is fatal [S24].
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/app/app.h"
#include "lib/base/rng.h"
#include "lib/replica/config.h"
#include "lib/replica/io.h"
#include "lib/replica/tally.h"

namespace hs {

// What people and monitors want to know, by value. Published by drivers after each step.
struct ReplicaStatus {
  View view;
  PublicKey leader;  // of `view` in the committed set
  bool is_validator = false;
  std::optional<Height> committed_height;
  std::optional<Hash> committed_block;
  View highest_pc_view;
  View locked_view;
  std::optional<View> highest_tc_view;
  std::optional<View> voted_view;
  std::size_t buffered_messages = 0;
  std::size_t buffered_bytes = 0;
  bool syncing = false;
  std::size_t sync_bytes_held = 0;  // of replies whose blocks are not in the tree yet
  std::uint64_t signatures_verified = 0;
  std::uint64_t timeouts = 0;       // view deadlines that passed
  std::uint64_t equivocations = 0;  // conflicting votes seen
  bool halted = false;              // after a SafetyViolation: it does nothing any more
};

class ReplicaState;  // lib/replica/state.h

class Replica {
 public:
  // `store`, `app` and `config` outlive the replica. `record` is what safety/ holds, if anything;
  // where it promises more than the store remembers, the data were reset and it binds. `now` is the
  // first instant. The first batch (highest view entered) comes with the first step's output,
  // before any send. One that has halted before says its last words again in the first step, and
  // nothing more, until its store is made anew. Throws StoreFailure if the store is not initialised
  // or corrupt.
  Replica(const ReplicaConfig& config, const SecretKey& key, const KvReader& store, App& app,
          const Rng& rng, std::optional<SafetyRecord> record, Instant now);
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // `now` never goes back. All of the output must be acted on, in its order, before the next step
  // (drive.h), or nothing of it if the process dies.
  [[nodiscard]] Output step(Instant now, const Input& input);
  // When to call with a Tick at the latest; none if nothing is pending. `now` or earlier means at
  // once.
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] ReplicaStatus status() const;
  // status().buffered_bytes from scratch, for checks: a difference is a bug. Walks all that is
  // buffered, so nothing that strangers can make a node do often may call it. [I38]
  [[nodiscard]] std::size_t recount_buffered_bytes() const;
  // Since it was constructed.
  [[nodiscard]] Tally tally() const;
  [[nodiscard]] const PublicKey& key() const;
  [[nodiscard]] const ValidatorSetState& validators() const;
  // Keys the transport must stay connected to: the committed set, the previous one while undecided,
  // and what updates that wait for their commit would add, as those vote as soon as it is there.
  // [S25]
  [[nodiscard]] std::set<PublicKey> members() const;
  // Uncommitted blocks with an update, by hash: members() is the same as long as this and
  // validators() are.
  [[nodiscard]] std::vector<Hash> pending_update_blocks() const;
  // Pairs of conflicting votes kept as evidence, over restarts too, oldest first. [S23]
  [[nodiscard]] std::vector<event::Equivocation> evidence() const;

 private:
  std::unique_ptr<ReplicaState> state_;
};

}  // namespace hs
