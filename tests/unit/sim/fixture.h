// A cast of four validators and what they would sign, to feed the checks with outputs that no
// replica of ours would make.
#pragma once
#include <memory>

#include "lib/sim/cast.h"
#include "lib/sim/plan.h"
#include "lib/types/messages.h"
#include "tests/support/catch.h"

namespace hs::sim {

inline Plan four_nodes(std::size_t listeners = 0) {
  Plan plan;
  plan.profile = Profile::calm;
  plan.powers.assign(4, Power{1});
  plan.powers.resize(4 + listeners, Power{0});
  plan.drift_ppm.assign(plan.powers.size(), 0);
  plan.config = ReplicaConfig::with(ChainId{7}, 10, milliseconds(1000), milliseconds(100));
  plan.network.after.high = milliseconds(10);
  return plan;
}

inline Hash hash_number(std::uint8_t number) { return sha256(BytesView(&number, 1)); }

struct Fixture {
  explicit Fixture(std::size_t listeners = 0) : plan(four_nodes(listeners)), cast(plan) {}

  [[nodiscard]] PhaseVote vote(NodeIndex node, std::uint64_t view, const Hash& block) const {
    const Bytes statement = phase_statement(ChainId{7}, View{view}, block, Phase::generic);
    return {ChainId{7}, View{view}, block, Phase::generic, cast.secret(node).sign(statement)};
  }
  // Signed by the first `signers` validators.
  [[nodiscard]] PhaseCertificate pc(std::uint64_t view, const Hash& block,
                                    std::size_t signers = 3) const {
    PhaseCertificate certificate{ChainId{7}, View{view}, block, Phase::generic, SignatureSet(4)};
    for (NodeIndex node = 0; node < signers; ++node) {
      certificate.signatures[node] = cast.secret(node).sign(statement_of(certificate));
    }
    return certificate;
  }
  [[nodiscard]] TimeoutCertificate tc(std::uint64_t view, std::size_t signers = 3) const {
    TimeoutCertificate certificate{ChainId{7}, View{view}, SignatureSet(4)};
    for (NodeIndex node = 0; node < signers; ++node) {
      certificate.signatures[node] = cast.secret(node).sign(statement_of(certificate));
    }
    return certificate;
  }
  [[nodiscard]] static Proposal proposal(std::uint64_t view, Block block) {
    return {ChainId{7}, View{view}, std::move(block)};
  }
  // The rule that was broken first; "" for none.
  [[nodiscard]] std::string broken() const {
    return judge.violation() ? judge.violation()->rule : "";
  }

  Plan plan;
  Cast cast;
  Judge judge;
};

inline Block block_at(std::uint64_t height, const PhaseCertificate& justify,
                      std::uint8_t content = 0) {
  return make_block(Height{height}, justify, hash_number(content), {});
}

}  // namespace hs::sim
