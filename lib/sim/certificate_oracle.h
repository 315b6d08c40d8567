// Judges every certificate that nodes send, keep or make, by code of its own.
//   L4   enough distinct members of the set in force have signed it
//   I11  certificates of one view are all for one block and phase
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lib/sim/cast.h"
#include "lib/types/events.h"
#include "lib/types/messages.h"

namespace hs::sim {

class CertificateOracle {
 public:
  CertificateOracle(const Cast& cast, ChainId chain_id, Judge& judge);

  // Every certificate inside.
  void on_send(NodeIndex node, const Message& message);
  void on_event(NodeIndex node, const Event& event);
  void check(NodeIndex node, const PhaseCertificate& pc);
  void check(NodeIndex node, const TimeoutCertificate& tc);

  // Has a correct certificate for this block in this view been seen anywhere?
  [[nodiscard]] bool is_certified(const Hash& block, View view) const;
  // The highest view of any correct certificate seen anywhere.
  [[nodiscard]] std::optional<View> highest_view() const { return highest_view_; }

 private:
  struct Known {
    std::vector<PhaseCertificate> pcs;    // of one view, distinct ones
    std::vector<TimeoutCertificate> tcs;
  };
  // An empty string, or what is wrong.
  [[nodiscard]] std::string fault_in(ChainId chain_id, const SignatureSet& signatures,
                                     BytesView statement) const;
  void remember_view(View view);

  const Cast& cast_;
  ChainId chain_id_;
  Judge& judge_;
  std::map<View, Known> known_;
  std::map<View, Hash> certified_;  // never forgotten: 3-chains are looked up late
  std::optional<View> highest_view_;
};

}  // namespace hs::sim
