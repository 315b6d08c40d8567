// One replica by the rules: it reads the trace of the real one, derives from it what must be
// locked, committed, voted and entered, and says where the two part. Whatever changes must have a
// cause in what came before, and a cause that is seen must have its whole effect.
//
// Not derived, as the trace does not tell it: what time does (deadlines, waits, echoes), and what a
// replica could have done and did not, but for certificates that it must act upon and for offers of
// leaders that keep the rules, which it must store and vote for where it may.
#pragma once
#include <span>

#include "lib/model/known.h"
#include "lib/model/rules.h"

namespace hs::model {

class ReplicaModel {
 public:
  // A replica without a past. `signatures` outlives this.
  ReplicaModel(const Key& self, Tree tree, Signatures& signatures);

  // A process starts over a disk that says this, and beside a record that binds it where it
  // promises more.
  [[nodiscard]] std::optional<Mismatch> start(const Holdings& disk,
                                              const std::optional<Promises>& record = {});
  // One step that was written to disk; one that was not has never been. After a mismatch nothing is
  // looked at any more.
  [[nodiscard]] std::optional<Mismatch> step(std::span<const Fact> facts, const Holdings& after);

  [[nodiscard]] const Tree& tree() const { return tree_; }

 private:
  void on(const HeardCertificate& heard);
  void on(const HeardOffer& heard);
  void on(const HeardVote& heard);
  void on(const HeardTimeoutVote& heard);
  void on(const TookOffer& taken);
  void on(const Inserted& inserted);
  void on(const RaisedHighest& raised);
  void on(const MovedLock& moved);
  void on(const Committed& committed);
  void on(const ToldUpdate& told);
  void on(const RaisedHighestTimeout& raised);
  void on(const Collected& collected);
  void on(const Voted& voted);
  void on(const TimedOut& timed_out);
  void on(const SentTimeoutVote& sent);
  void on(const Advanced& advanced);
  void on(const Entered& entered);
  void on(const Offered& offered);
  void on(const Refused& refused);
  void on(const Halted& halted);

  [[nodiscard]] bool is_good(const Certificate& certificate);
  [[nodiscard]] bool is_known(const CertificatePtr& certificate) const;
  void apply_now(const CertificatePtr& pc, const Effects& effects);
  // The certificate that has been applied without raising the highest PC.
  template <class Accepts>
  [[nodiscard]] CertificatePtr explain(Accepts accepts);
  [[nodiscard]] bool is_collected_from(const Certificate& certificate, const Set& set) const;
  void demand_from(const CertificatePtr& certificate);
  [[nodiscard]] const TookOffer* offer_behind(const Voted& voted);
  void check_vote_roles(const Voted& voted, Phase justify);
  void meet_offers();
  void require_vote(const TookOffer& taken, const Stored& stored);
  [[nodiscard]] bool is_bound_against(const Certificate& justify, const Hash& block) const;
  [[nodiscard]] bool misses_certified_block(View view);
  [[nodiscard]] bool may_enter(View view);
  // Asked of the sets as they are; or, where a Decide PC that nobody told of has made the update
  // decided in this step, as they became.
  template <class Question>
  [[nodiscard]] bool holds(Question question) const;
  void settle_decided(const Sets& held);
  void compare(const Holdings& held);
  void meet_demands();
  void require_nothing_due();
  void part(const char* rule, std::string what, const Hash& block = {});

  Key self_;
  Tree tree_;
  Signatures& signatures_;
  Known known_;
  std::optional<Mismatch> mismatch_;
  bool is_halted_ = false;

  // Of the running process.
  std::optional<InitialView> starts_in_;  // until its first step
  bool is_again_ = false;                 // in a view that was entered again at the start
  bool has_offered_ = false;              // in this view
  std::vector<TookOffer> taken_;          // likewise
  std::optional<Promises> bound_;         // of data that were reset

  // Who has sent what is refused: beyond a quota, which is a matter of time, nothing of theirs is
  // verified, so nothing follows from what they send. [S35]
  std::set<Key> suspects_;

  // Of the running step.
  const Holdings* after_ = nullptr;
  const Fact* next_ = nullptr;  // after the one being read
  CertificatePtr due_lock_;
  std::deque<Commit> due_commits_;
  std::optional<View> timed_out_;
  std::vector<Hash> inserted_;
  CertificatePtr highest_before_;        // the step
  std::vector<CertificatePtr> demands_;  // must have been acted upon when the step is over
  std::optional<Hash> due_update_;       // of the block just committed
  std::vector<TookOffer> offers_;        // of the view that the step ends in
  bool is_without_block_ = false;        // entered by a PC of a block that it misses [S56]
  Sets sets_before_;
  std::vector<Key> refused_;
};

}  // namespace hs::model
