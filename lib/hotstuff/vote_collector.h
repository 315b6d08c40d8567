// The verified phase votes of one view, and the certificates they add up to. Votes are kept raw,
// not in a certificate of one set, so that a change of the validator sets loses none of them and
// every set that may judge a vote is offered it. [PROTOCOL 3.8, S10, S22, S23, S38]
#pragma once
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "lib/types/messages.h"
#include "lib/validators/validator_set.h"

namespace hs {

class VoteCollector {
 public:
  struct Added {
    bool is_new = false;                  // a statement that may complete a certificate
    std::optional<PhaseVote> conflicts;   // the earlier vote that this one contradicts [S23]
  };

  // Forgets everything: votes of another view are of no use.
  void enter(ChainId chain, View view);

  // `vote` is signed by `signer` and of this collector's view. Kept are the first vote of each
  // phase and one that conflicts, so a signer costs six votes at most. [S22]
  Added add(const PublicKey& signer, const PhaseVote& vote);

  // A certificate for (block, phase) by the votes of `set`'s members, if they are a quorum.
  [[nodiscard]] std::optional<PhaseCertificate> certificate(const Hash& block, Phase phase,
                                                            const ValidatorSet& set) const;
  // Every (block, phase) that somebody voted for.
  [[nodiscard]] std::vector<std::pair<Hash, Phase>> subjects() const;

  // A certificate is announced once per set and acted on once per set.
  [[nodiscard]] bool announce(const Hash& block, Phase phase, const ValidatorSet& set);
  [[nodiscard]] bool is_formed(const Hash& block, Phase phase, const ValidatorSet& set) const;
  void mark_formed(const Hash& block, Phase phase, const ValidatorSet& set);

 private:
  using Subject = std::pair<Hash, Phase>;
  using SubjectOfSet = std::pair<Subject, Hash>;  // with the set's digest

  ChainId chain_;
  View view_;
  std::map<PublicKey, std::vector<PhaseVote>> by_signer_;
  std::map<Subject, std::map<PublicKey, Signature>> by_subject_;
  std::set<SubjectOfSet> announced_;
  std::set<SubjectOfSet> formed_;
};

}  // namespace hs
