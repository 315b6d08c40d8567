// Judges every certificate that nodes send, keep or make, by code of its own.
//   L4   enough distinct members of the set in force for its block have signed it, and its phase
//        fits the block
//   I09  a vote beyond Prepare follows a certificate of the phase before, of the view before
//   I11  certificates of one view and set are all for one block and phase
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "lib/sim/set_book.h"
#include "lib/types/events.h"
#include "lib/types/messages.h"

namespace hs::sim {

class CertificateOracle {
 public:
  CertificateOracle(const Cast& cast, const SetBook& sets, ChainId chain_id, Judge& judge);

  // Every certificate inside; but for a collected PC, which is told before it is judged.
  void on_send(NodeIndex node, const Message& message);
  void on_event(NodeIndex node, const Event& event);
  void check(NodeIndex node, const PhaseCertificate& pc);
  // Signed by a quorum of any set that has ever been in force. One that is not is looked at again
  // at the end of the step: the node may have committed the set in this very step, and sends come
  // before what tells of it.
  void check(NodeIndex node, const TimeoutCertificate& tc);
  // Signed by a quorum of one of these sets, which are active at the node that takes it. [1.8]
  void check_taken(NodeIndex node, const TimeoutCertificate& tc,
                   const std::vector<MemberSetPtr>& active);
  // A set comes into force; the first one is known.
  void on_set(const MemberSetPtr& set) { sets_in_force_.push_back(set); }
  // After the node's step or start, when all sets that it has committed are known.
  void end_step(NodeIndex node);

  // Has a correct Generic certificate for this block in this view been seen anywhere?
  [[nodiscard]] bool is_certified(const Hash& block, View view) const {
    return certified_.contains({view, block, Phase::generic});
  }
  // One of that phase, in whatever view?
  [[nodiscard]] bool has_phase(const Hash& block, Phase phase) const;
  // The highest view of any correct certificate seen anywhere.
  [[nodiscard]] std::optional<View> highest_view() const { return highest_view_; }
  // Nobody asks for what was certified below this view any more.
  void forget_below(View view);

 private:
  struct Known {
    std::vector<PhaseCertificate> pcs;  // of one view, distinct ones
    std::vector<MemberSetPtr> judges;   // of the PCs
    std::vector<TimeoutCertificate> tcs;
  };
  // An empty string, or what is wrong.
  [[nodiscard]] std::string fault_in(const MemberSet& set, ChainId chain_id,
                                     const SignatureSet& signatures, BytesView statement) const;
  [[nodiscard]] std::string fault_in(const std::vector<MemberSetPtr>& sets,
                                     const TimeoutCertificate& tc) const;
  void on_vote(NodeIndex node, const PhaseVote& vote);
  void remember_view(View view);

  const Cast& cast_;
  const SetBook& sets_;
  ChainId chain_id_;
  Judge& judge_;
  std::vector<MemberSetPtr> sets_in_force_;
  std::map<NodeIndex, std::vector<TimeoutCertificate>> unjudged_;
  std::map<View, Known> known_;
  std::set<std::tuple<View, Hash, Phase>> certified_;  // long kept: 3-chains are looked up late
  std::map<Hash, std::uint8_t> phases_;  // of blocks with updates: one bit a phase
  std::optional<View> highest_view_;
};

}  // namespace hs::sim
