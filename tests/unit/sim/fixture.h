// A cast of four validators and what they would sign, to feed the checks with outputs that no
// replica of ours would make.
#pragma once
#include <algorithm>
#include <memory>

#include "lib/sim/cast.h"
#include "lib/sim/plan.h"
#include "lib/sim/set_book.h"
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
  explicit Fixture(std::size_t listeners = 0) : plan(four_nodes(listeners)),
        cast(plan),
        app(make_app_kit(plan.work, ChainId{7}, cast.validators())),
        book(cast, *app) {}

  [[nodiscard]] PhaseVote vote(NodeIndex node, std::uint64_t view, const Hash& block) const {
    return vote(node, view, block, Phase::generic);
  }
  [[nodiscard]] PhaseVote vote(NodeIndex node, std::uint64_t view, const Hash& block,
                               Phase phase) const {
    const Bytes statement = phase_statement(ChainId{7}, View{view}, block, phase);
    return {ChainId{7}, View{view}, block, phase, cast.secret(node).sign(statement)};
  }
  // Signed by all of these nodes, who are the members of its set.
  [[nodiscard]] PhaseCertificate pc_of(std::uint64_t view, const Hash& block, Phase phase,
                                       const std::vector<NodeIndex>& members) const {
    PhaseCertificate certificate{ChainId{7}, View{view}, block, phase, {}};
    std::vector<NodeIndex> slots = members;
    std::sort(slots.begin(), slots.end(),
              [&](NodeIndex a, NodeIndex b) { return cast.key(a) < cast.key(b); });
    for (const NodeIndex node : slots) {
      certificate.signatures.emplace_back(cast.secret(node).sign(statement_of(certificate)));
    }
    return certificate;
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
  std::unique_ptr<AppKit> app;
  SetBook book;
  Judge judge;
};

inline Block block_at(std::uint64_t height, const PhaseCertificate& justify,
                      std::uint8_t content = 0) {
  return make_block(Height{height}, justify, hash_number(content), {});
}

}  // namespace hs::sim
