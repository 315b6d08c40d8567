// The inside of a replica: its state and the handlers of PROTOCOL 3A. The subprotocols bring rules,
// collectors and bookkeeping; the handlers, which tie all three together, are here, one file a
// subject:
//
//   start.cpp      construction and restart            3A.10
//   step.cpp       one step, its order, settling       3A.2 settle, 3A.4
//   learn.cpp      learning certificates               3A.2
//   fork.cpp       the end, when too many are faulty
//   views.cpp      leaving and entering views          3A.3
//   propose.cpp    leading a view                      3A.3 lead, propose
//   proposals.cpp  storing blocks, proposals, nudges   3A.5
//   votes.cpp      casting and collecting votes        3A.5
//   progress.cpp   NewView, TimeoutVote, AdvanceView   3A.6
//   sync.cpp       block sync: what is asked, of whom  3A.8
//   sync_blocks.cpp  block sync: taking blocks in      3A.8
//   sync_server.cpp  block sync: serving               3A.8
//   timers.cpp     what is due when                    3A.7, 3A.11
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "lib/blocksync/peer_book.h"
#include "lib/blocksync/requests.h"
#include "lib/blocksync/sessions.h"
#include "lib/blocktree/block_tree.h"
#include "lib/hotstuff/judge.h"
#include "lib/hotstuff/vote_collector.h"
#include "lib/pacemaker/timeout_collector.h"
#include "lib/pacemaker/timing.h"
#include "lib/pacemaker/vote_wait.h"
#include "lib/replica/evidence_book.h"
#include "lib/replica/message_buffer.h"
#include "lib/replica/quota.h"
#include "lib/replica/replica.h"
#include "lib/replica/sync_job.h"

namespace hs {

enum class EnteredBy { start, pc, tc, timeout };
enum class PcSource { collected, justify, advance, new_view, sync };
enum class Stored {
  stored,
  refused,  // it is no block of this chain, whoever sends it
  waits_for_parent,
  waits_for_commit_pc,
  not_now,  // what we hold stands against it, or our app failed: nobody has lied
};
enum class LeadReason { block, new_views, idle };

class ReplicaState {
 public:
  ReplicaState(const ReplicaConfig& config, const SecretKey& key, const KvReader& store, App& app,
               const Rng& rng, std::optional<SafetyRecord> record, Instant now);

  Output step(Instant now, const Input& input);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] ReplicaStatus status() const;
  [[nodiscard]] std::size_t recount_buffered_bytes() const { return buffer_.recount_bytes(); }
  [[nodiscard]] Tally tally() const;
  [[nodiscard]] bool is_halted() const { return halted_; }
  // Halted since before it was started; they come with the first step.
  [[nodiscard]] bool has_words_left() const { return words_left_; }
  [[nodiscard]] const PublicKey& me() const { return key_.public_key(); }
  [[nodiscard]] const BlockTree& tree() const { return tree_; }
  [[nodiscard]] const EvidenceBook& evidence() const { return evidence_; }

 private:
  struct Echo {
    PhaseCertificate pc;
    Instant due;
  };
  struct SecondVote {
    PhaseVote vote;
    PublicKey recipient;
    Instant due;
  };
  struct LeadWait {
    LeadReason reason;
    Instant until;
  };
  // A certificate of a block that is not held yet. [S37]
  struct Retained {
    PhaseCertificate pc;
    PublicKey origin;
    bool collected = false;
  };
  struct Parked {
    MessagePtr message;  // a Proposal or a Nudge of the current view
    std::size_t bytes = 0;
  };
  // ---- step.cpp ----
  void handle(const Input& input);
  void on_message(const PublicKey& origin, const MessagePtr& message, std::size_t bytes);
  void on_view_message(const PublicKey& origin, const MessagePtr& message, std::size_t bytes);
  void on_past_message(const PublicKey& origin, const Message& message, View view);
  void on_future_message(const PublicKey& origin, const MessagePtr& message, View view,
                         std::size_t bytes);
  void dispatch(const PublicKey& origin, const MessagePtr& message, std::size_t bytes);
  void dispatch_leader_message(const PublicKey& origin, const MessagePtr& message,
                               std::size_t bytes);
  void settle();
  bool settle_retained();
  bool settle_set_change();
  bool settle_parked();
  bool settle_buffer();
  void finish(Output& output);

  // ---- learn.cpp ----
  Verdict judged(const PhaseCertificate& pc, const PublicKey& origin);
  // Is a signature of theirs worth a look? [S35]
  [[nodiscard]] bool may_check(const PublicKey& origin);
  [[nodiscard]] bool is_useful(const PhaseCertificate& pc) const;
  void seen(View view);
  void apply(const PhaseCertificate& pc);
  void report_update(const TreeUpdate& update, const TreeUpdateResult& result,
                     const PhaseCertificate& pc);
  [[nodiscard]] View certified_in(const Hash& block, const PhaseCertificate& tip) const;
  void learn_pc(const PhaseCertificate& pc, const PublicKey& origin, PcSource source);
  void learn_tc(const TimeoutCertificate& tc, const PublicKey& origin);

  // ---- fork.cpp ----
  void look_for_fork(const PublicKey& origin, const Message& message);
  void look_for_fork_in_reply(const PublicKey& origin, const std::vector<Block>& blocks,
                              const PhaseCertificate& highest_pc);
  using Branch = std::vector<std::shared_ptr<const BlockHeader>>;
  void hold_against_ours(const PublicKey& origin,
                         const std::vector<const PhaseCertificate*>& shown);
  [[nodiscard]] Branch branch_down_to(View lowest) const;
  [[nodiscard]] const PhaseCertificate* certificate_of_view(const Branch& branch, View view) const;
  [[nodiscard]] std::optional<PhaseCertificate> certificate_of_committed(Height height,
                                                                         const Hash& block) const;
  void hold_against(const PhaseCertificate& ours, const PhaseCertificate& theirs, const char* why);
  void look_beside_committed(const Block& block, const PhaseCertificate& pc);
  [[nodiscard]] bool extends_committed(const Hash& block) const;
  [[nodiscard]] Output last_words() const;
  void halt(const PhaseCertificate& ours, const PhaseCertificate& theirs, const char* why);

  // ---- views.cpp ----
  void leave_by_pc(const PhaseCertificate& pc, const PublicKey& origin, PcSource source);
  void enter_view(View view, EnteredBy how, bool leader_knows);
  [[nodiscard]] bool led_here_by_next_leader(View view, const PublicKey& origin,
                                             PcSource source) const;
  void send_new_views(View old, View view);
  void broadcast_advance(const ProgressCertificate& certificate);
  [[nodiscard]] bool may_advance() const;
  [[nodiscard]] Instant grid_deadline(View view) const;
  void on_view_deadline();
  void send_timeout_vote(const Recipient& to, View view);
  void vote_timeout_early();

  // ---- propose.cpp ----
  void lead();
  void propose(bool must);
  void repropose(const PhaseCertificate& pc);
  bool propose_block(const PhaseCertificate& pc, bool must);
  void propose_nudge(const PhaseCertificate& pc);
  [[nodiscard]] bool has_new_view_quorum() const;
  [[nodiscard]] bool has_unfinished_work(const PhaseCertificate& pc) const;
  bool app_has_work();

  // ---- proposals.cpp ----
  Stored store_block(const Block& block, const PublicKey& origin, bool for_sync,
                     bool justify_is_trusted);
  Stored validate_and_insert(const Block& block, const PublicKey& origin, bool for_sync);
  void refuse(const Block& block, const PublicKey& origin, std::string why);
  void ask_for_plain_blocks(const std::string& why);
  void on_proposal(const PublicKey& origin, const MessagePtr& message, std::size_t bytes);
  void on_late_proposal(const PublicKey& origin, const Proposal& proposal);
  void on_nudge(const PublicKey& origin, const MessagePtr& message, std::size_t bytes);

  // ---- votes.cpp ----
  void cast(Phase phase, const PhaseCertificate& justify, const Hash& block);
  void send_second_vote();
  [[nodiscard]] bool record_permits(const PhaseCertificate& justify, const Hash& block) const;
  void on_phase_vote(const PublicKey& origin, const PhaseVote& vote);
  [[nodiscard]] std::vector<ValidatorSetPtr> sets_for(const Hash& block, Phase phase) const;
  [[nodiscard]] bool may_vote_at_all(const PublicKey& signer) const;
  void collect(const Hash& block, Phase phase);

  // ---- progress.cpp ----
  void on_new_view(const PublicKey& origin, const NewView& message);
  void on_timeout_vote(const PublicKey& origin, const TimeoutVote& message);
  void answer_timeout_vote(const PublicKey& origin, const TimeoutVote& message);
  void count_timeout_votes();
  void on_advance_view(const PublicKey& origin, const AdvanceView& message);
  [[nodiscard]] std::optional<ProgressCertificate> newest_certificate() const;
  [[nodiscard]] std::optional<PhaseCertificate> latest_commit_pc() const;
  void on_peer_up(const PublicKey& peer);
  void on_peer_down(const PublicKey& peer);

  // ---- sync.cpp ----
  struct Ask {
    std::optional<PublicKey> prefer;
    bool at_once = false;     // not held to the spacing of 20 ms
    bool resting_too = true;  // also of servers that have used up their session
  };
  void ask(const Ask& how);
  void ask_server(const PublicKey& server, Height start);
  void fill_window();
  [[nodiscard]] std::optional<PublicKey> choose_server(const Ask& how,
                                                       std::optional<Height> height);
  [[nodiscard]] Height sync_start() const;
  [[nodiscard]] Height after_committed() const;
  [[nodiscard]] bool is_far_behind() const;
  [[nodiscard]] std::vector<HeightRange> held_ranges() const;
  [[nodiscard]] bool is_server_address(const PublicKey& peer) const;
  void on_advertise_block(const PublicKey& origin, const AdvertiseBlock& message);
  void on_advertise_pc(const PublicKey& origin, const AdvertisePC& message);
  void on_sync_response(const PublicKey& origin, const BlockSyncResponse& message,
                        std::size_t bytes);
  bool make_room(const SyncJob& job);
  void continue_sync();
  void end_session(const PublicKey& peer);
  void ban(const PublicKey& peer, const std::string& why);
  [[nodiscard]] Duration no_progress_timeout() const;

  // ---- sync_blocks.cpp ----
  enum class Taking { go, waits, done, lie, stop };
  bool settle_sync();
  Taking look_at(SyncJob& job);
  Taking certify(SyncJob& job);
  Taking learn_justify(SyncJob& job);
  Taking take_block(SyncJob& job);
  [[nodiscard]] bool is_certified_elsewhere(const SyncJob& job, const Block& block);
  [[nodiscard]] bool is_said_decided(const SyncJob& job, const Block& block) const;
  void drop_misfits();
  void account(SyncJob& job);
  void look_elsewhere(const SyncJob& job);
  void finish_job(std::size_t index, Taking how);

  // ---- sync_server.cpp ----
  void on_sync_request(const PublicKey& origin, const BlockSyncRequest& message);
  void serve_owed();
  [[nodiscard]] std::optional<Instant> next_serving() const;
  void advertise();
  [[nodiscard]] AdvertiseBlock block_advertisement() const;

  // ---- timers.cpp ----
  void run_due();
  void run_sync_timers();

  // ---- small helpers ----
  void send(const PublicKey& to, Message message);
  void broadcast(Message message);
  void emit(Event event) { out_.events.push_back(std::move(event)); }
  // About what no honest replica sends; suspect() is about what one may send that knows other
  // blocks or sets than we do.
  void complain(const PublicKey& origin, const char* kind, std::string why);
  void suspect(const PublicKey& origin, const char* kind, std::string why);
  [[nodiscard]] const ValidatorSetState& sets() const { return tree_.validators(); }
  [[nodiscard]] bool am_validator() const { return sets().is_validator(me()); }
  [[nodiscard]] bool at_epoch_change(View view) const {
    return is_epoch_change_view(view, config_.epoch_length);
  }
  void write_record() { record_changed_ = true; }

  const ReplicaConfig& config_;
  const SecretKey key_;
  App& app_;
  Rng rng_;
  BlockTree tree_;
  CertificateVerifier verifier_;

  // What was promised: kept up to date; and, after a reset of the data, what binds until the tree
  // has caught up with it.
  SafetyRecord record_;
  std::optional<SafetyRecord> bound_;
  bool record_changed_ = false;

  // Pacemaker.
  View view_;
  EnteredBy how_ = EnteredBy::start;
  bool reentered_ = false;  // started again in an uncertified epoch-change view [S48]
  DeadlineGrid grid_;
  Instant deadline_;
  std::optional<View> last_advance_view_;
  std::optional<Echo> echo_;
  std::optional<SecondVote> second_;
  VoteWait vote_wait_;
  TimeoutCollector timeout_votes_;
  bool voted_timeout_zero_ = false;
  std::map<PublicKey, Instant> answered_;

  // HotStuff.
  std::set<PublicKey> served_;  // leaders that had their attempt in this view
  bool proposed_ = false;
  // Blocks that are still to be plain, of how many since our app made one that is not valid.
  int plain_left_ = 0;
  int plain_run_ = 0;
  bool proposed_plain_ = false;  // the last one was
  std::optional<LeadWait> lead_wait_;
  std::set<PublicKey> new_views_before_;  // senders of NewView for view_ - 1
  std::set<PublicKey> new_views_;         // and for view_
  VoteCollector votes_;
  std::optional<Retained> retained_;
  std::map<PublicKey, Parked> parked_;
  std::set<std::pair<View, PublicKey>> late_served_;
  DigestSet refused_blocks_;
  MessageBuffer buffer_;
  bool sets_changed_ = false;
  EvidenceBook evidence_;

  // Block sync.
  PeerBook peers_;
  SyncRequests requests_;
  SyncSessions sessions_;
  std::vector<SyncJob> jobs_;  // in the order of their arrival
  std::optional<SyncRun> run_;
  struct Owed {
    BlockSyncRequest request;
    bool is_told = false;  // by an event, as the answer will be
  };
  std::map<PublicKey, Owed> owed_;  // what waits for its turn and the quota of who asked [S18]
  std::optional<PublicKey> last_served_;
  Instant next_advertisement_;
  Instant progress_at_;
  View progress_view_;
  std::optional<Instant> next_retry_;
  Quota failed_checks_;
  Quota sync_bytes_;
  Quota sync_events_;

  // More than a third is faulty: nothing is done any more.
  bool halted_ = false;
  std::optional<event::SafetyViolation> last_words_;
  bool words_left_ = false;

  // Of the step under way.
  Instant now_;
  Output out_;
  bool work_left_ = false;
  std::uint64_t timeouts_ = 0;
  std::uint64_t equivocations_ = 0;
  Tally tally_;  // but for what the buffer counts
};

}  // namespace hs
