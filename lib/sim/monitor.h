// All checks of a world, told of everything that a node does in the order in which it does it.
#pragma once
#include "lib/replica/replica.h"
#include "lib/sim/app_kit.h"
#include "lib/sim/certificate_oracle.h"
#include "lib/sim/chain_oracle.h"
#include "lib/sim/coverage.h"
#include "lib/sim/duty_oracle.h"
#include "lib/sim/lock_oracle.h"
#include "lib/sim/marks.h"
#include "lib/sim/model_oracle.h"
#include "lib/sim/progress_oracle.h"
#include "lib/sim/run_hash.h"
#include "lib/sim/set_oracle.h"
#include "lib/sim/sign_ledger.h"
#include "lib/sim/state_oracle.h"
#include "lib/sim/stored_facts.h"
#include "lib/sim/view_oracle.h"

namespace hs::sim {

class Monitor {
 public:
  // All arguments outlive the monitor.
  Monitor(const Plan& plan, const Cast& cast, const AppKit& app, Judge& judge);

  // A process starts over what its disk holds, or has died and left this.
  void on_start(NodeIndex node, const KvReader& disk, const std::optional<SafetyRecord>& record);
  // And has read it.
  void on_started(NodeIndex node, const Replica& replica, const KvReader& disk,
                  const std::optional<SafetyRecord>& record);
  void on_crash(NodeIndex node, const KvReader& disk);
  // A process ends, and has counted this.
  void on_end(NodeIndex node, const Tally& tally);
  // The effects of a step, each before the world carries it out, but for events.
  void on_write(NodeIndex node, const WriteBatch& batch, bool sync, const KvReader& disk);
  void on_record(NodeIndex node, const SafetyRecord& record, const KvReader& disk);
  void on_send(NodeIndex node, bool to_all, const MessagePtr& message, const KvReader& disk);
  void on_event(NodeIndex node, const Event& event, const KvReader& disk);
  // What a step of an honest node was, if its batch reached the disk, whatever of it came after.
  // `is_certain`: not refused by a disk that may have it all the same.
  void on_step(NodeIndex node, const Input& input, const Output& output,
               const ValidatorSetState& sets, const ReplicaStatus& status, bool is_certain);
  // The step went through. `live`: which nodes run.
  // `buffered_bytes` are counted from scratch, not as the replica counts them.
  void end_step(NodeIndex node, const ReplicaStatus& status, std::size_t buffered_bytes,
                const std::vector<bool>& live);
  // Nobody asks for what is below this committed height any more.
  void forget_below(Height height);
  // The last fault is over.
  void on_healed();
  // A message of a faulty node, before an honest one takes it in: it binds nobody, but what is good
  // in it is known from now on.
  void on_word_of_faulty(NodeIndex node, const MessagePtr& message);
  // Bytes of a faulty node that were made from a message of that kind.
  void on_raw(NodeIndex node, std::string_view kind);
  // No rule binds it: it misbehaves by the plan, or has stopped for good on seeing a fork.
  [[nodiscard]] bool is_faulty(NodeIndex node) const { return is_faulty_[node]; }
  // Honest nodes that have stopped so.
  [[nodiscard]] std::size_t halted() const { return halted_; }
  void on_submit(BytesView transaction) { state_.on_submit(sha256(transaction)); }

  [[nodiscard]] bool is_committed(BytesView transaction) const {
    return state_.is_done(sha256(transaction));
  }

  [[nodiscard]] const ChainOracle& chain() const { return chain_; }
  [[nodiscard]] const ProgressOracle& progress() const { return progress_; }
  [[nodiscard]] Marks& marks() { return marks_; }
  [[nodiscard]] const Marks& marks() const { return marks_; }
  [[nodiscard]] RunHash& hash() { return hash_; }
  [[nodiscard]] const RunHash& hash() const { return hash_; }
  // Made by the newest committed block, on any node.
  [[nodiscard]] const MemberSetPtr& set_in_force() const { return set_in_force_; }
  [[nodiscard]] View highest_view() const { return highest_view_; }
  // Heights at which the chain oracle has looked at the transactions.
  [[nodiscard]] std::uint64_t committed_blocks() const { return looked_at_; }

 private:
  void compare_with_disk(NodeIndex node, const ReplicaStatus& status);
  void look_at_new_blocks();
  void check_buffers(NodeIndex node, std::size_t bytes, std::size_t counted);
  void mark_faulty(NodeIndex node, std::string_view what);

  const Plan& plan_;
  const AppKit& app_;
  Judge& judge_;
  SignLedger ledger_;
  StoredFactsCheck stored_;
  SetBook book_;
  CertificateOracle certificates_;
  ChainOracle chain_;
  LockOracle locks_;
  SetOracle sets_;
  StateOracle state_;
  ViewOracle views_;
  ProgressOracle progress_;
  ModelOracle model_;
  DutyOracle duties_;
  Marks marks_;
  Coverage coverage_;
  RunHash hash_;
  View highest_view_;
  MemberSetPtr set_in_force_ = book_.initial();
  std::uint64_t looked_at_ = 0;
  std::vector<bool> is_faulty_;  // by node
  std::size_t halted_ = 0;
};

}  // namespace hs::sim
