#include "lib/sim/certificate_oracle.h"

#include <algorithm>
#include <string>

#include "lib/base/overloaded.h"
#include "lib/base/uint128.h"

namespace hs::sim {
namespace {

constexpr std::size_t known_views_max = 512;

void append_number(Bytes& bytes, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

// The 49 and 16 bytes of PROTOCOL 1.7, written down a second time.
Bytes signed_bytes(const PhaseCertificate& pc) {
  Bytes bytes;
  bytes.reserve(49);
  append_number(bytes, pc.chain_id.value);
  append_number(bytes, pc.view.value);
  bytes.insert(bytes.end(), pc.block.bytes.begin(), pc.block.bytes.end());
  bytes.push_back(static_cast<std::uint8_t>(pc.phase));
  return bytes;
}

Bytes signed_bytes(const TimeoutCertificate& tc) {
  Bytes bytes;
  bytes.reserve(16);
  append_number(bytes, tc.chain_id.value);
  append_number(bytes, tc.view.value);
  return bytes;
}

bool is_genesis(const PhaseCertificate& pc) {
  return pc.chain_id == ChainId{} && pc.view == View{} && pc.block == Hash{} &&
         pc.phase == Phase::generic && pc.signatures.empty();
}

}  // namespace

CertificateOracle::CertificateOracle(const Cast& cast, const SetBook& sets, ChainId chain_id,
                                     Judge& judge)
    : cast_(cast),
      sets_(sets),
      chain_id_(chain_id),
      judge_(judge),
      sets_in_force_{sets.initial()} {}

std::string CertificateOracle::fault_in(const MemberSet& set, ChainId chain_id,
                                        const SignatureSet& signatures,
                                        BytesView statement) const {
  if (chain_id != chain_id_) return "is of another chain";
  const std::vector<Validator>& members = set.members();
  if (signatures.size() != members.size()) return "has the wrong number of slots";
  Uint128 power = 0;
  for (std::size_t slot = 0; slot < members.size(); ++slot) {
    if (!signatures[slot]) continue;
    if (!cast_.scheme().verify(members[slot].key, statement, *signatures[slot])) {
      return "holds a bad signature in slot " + std::to_string(slot);
    }
    power += members[slot].power.value;
  }
  return set.is_quorum(power) ? "" : "lacks a quorum";
}

std::string CertificateOracle::fault_in(const std::vector<MemberSetPtr>& sets,
                                        const TimeoutCertificate& tc) const {
  std::string fault;
  for (auto set = sets.rbegin(); set != sets.rend(); ++set) {
    fault = fault_in(**set, tc.chain_id, tc.signatures, signed_bytes(tc));
    if (fault.empty()) return fault;
  }
  return fault;
}

void CertificateOracle::remember_view(View view) {
  highest_view_ = std::max(highest_view_, std::optional(view));
  if (known_.size() > known_views_max) known_.erase(known_.begin());
}

void CertificateOracle::check(NodeIndex node, const PhaseCertificate& pc) {
  if (is_genesis(pc)) return;
  std::vector<PhaseCertificate>& same_view = known_[pc.view].pcs;
  if (std::find(same_view.begin(), same_view.end(), pc) != same_view.end()) return;
  const SetBook::Entry* block = sets_.find(pc.block);
  MemberSetPtr judge = sets_.initial();
  if (block != nullptr) judge = pc.phase == Phase::decide ? block->after : block->before;
  std::string fault = fault_in(*judge, pc.chain_id, pc.signatures, signed_bytes(pc));
  if (block != nullptr && block->has_updates == (pc.phase == Phase::generic)) {
    fault = "is of a phase that its block cannot be in";
  }
  if (!fault.empty()) {
    judge_.violate("L4", node, "a PC of view " + std::to_string(pc.view.value) + " " + fault);
    return;
  }
  std::vector<MemberSetPtr>& judges = known_[pc.view].judges;
  for (std::size_t i = 0; i < same_view.size(); ++i) {
    const PhaseCertificate& other = same_view[i];
    if (other.block == pc.block && other.phase == pc.phase) continue;
    if (!(*judges[i] == *judge)) continue;
    judge_.violate("I11", node, "two blocks or phases are certified in view " +
                                    std::to_string(pc.view.value));
  }
  same_view.push_back(pc);
  judges.push_back(judge);
  certified_.emplace(pc.view, pc.block, pc.phase);
  if (pc.phase != Phase::generic) {
    phases_[pc.block] |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(pc.phase));
  }
  remember_view(pc.view);
}

bool CertificateOracle::has_phase(const Hash& block, Phase phase) const {
  const auto found = phases_.find(block);
  return found != phases_.end() && (found->second >> static_cast<unsigned>(phase) & 1U) != 0;
}

void CertificateOracle::forget_below(View view) {
  certified_.erase(certified_.begin(), certified_.lower_bound({view, Hash{}, Phase::generic}));
}

// A Decide vote follows a Commit certificate of any view, the others one of the view before.
void CertificateOracle::on_vote(NodeIndex node, const PhaseVote& vote) {
  if (vote.phase == Phase::generic || vote.phase == Phase::prepare) return;
  const auto before = static_cast<Phase>(static_cast<std::uint8_t>(vote.phase) - 1);
  const View last{vote.view.value - 1};
  const bool follows = vote.phase == Phase::decide
                           ? has_phase(vote.block, before)
                           : certified_.contains({last, vote.block, before});
  if (!follows) {
    judge_.violate("I09", node, "a vote of phase " + std::string(name_of(vote.phase)) +
                                    " in view " + std::to_string(vote.view.value) +
                                    " without a certificate of the phase before");
  }
}

void CertificateOracle::check(NodeIndex node, const TimeoutCertificate& tc) {
  std::vector<TimeoutCertificate>& same_view = known_[tc.view].tcs;
  if (std::find(same_view.begin(), same_view.end(), tc) != same_view.end()) return;
  if (!fault_in(sets_in_force_, tc).empty()) {
    unjudged_[node].push_back(tc);
    return;
  }
  same_view.push_back(tc);
  remember_view(tc.view);
}

void CertificateOracle::end_step(NodeIndex node) {
  const auto found = unjudged_.find(node);
  if (found == unjudged_.end()) return;
  const std::vector<TimeoutCertificate> open = std::move(found->second);
  unjudged_.erase(found);
  for (const TimeoutCertificate& tc : open) {
    const std::string fault = fault_in(sets_in_force_, tc);
    if (fault.empty()) {
      check(node, tc);
    } else {
      judge_.violate("L4", node, "a TC of view " + std::to_string(tc.view.value) + " " + fault);
    }
  }
}

void CertificateOracle::check_taken(NodeIndex node, const TimeoutCertificate& tc,
                                    const std::vector<MemberSetPtr>& active) {
  const std::string fault = fault_in(active, tc);
  if (fault.empty()) return;
  judge_.violate("L4", node, "takes a TC of view " + std::to_string(tc.view.value) +
                                 " that for the active sets " + fault);
}

void CertificateOracle::on_send(NodeIndex node, const Message& message) {
  const auto check_progress = [&](const ProgressCertificate& certificate) {
    std::visit([&](const auto& either) { check(node, either); }, certificate);
  };
  std::visit(Overloaded{
                 [&](const Proposal& proposal) { check(node, proposal.block.justify); },
                 [&](const Nudge& nudge) { check(node, nudge.justify); },
                 [&](const PhaseVote& vote) { on_vote(node, vote); },
                 [&](const NewView& new_view) { check(node, new_view.highest_pc); },
                 [&](const TimeoutVote& vote) {
                   if (vote.highest_tc) check(node, *vote.highest_tc);
                 },
                 [&](const AdvanceView& advance) { check_progress(advance.progress_certificate); },
                 [&](const AdvertiseBlock&) {},
                 [&](const AdvertisePC& advertise) { check(node, advertise.highest_pc); },
                 [&](const BlockSyncRequest&) {},
                 [&](const BlockSyncResponse& response) {
                   for (const Block& block : response.blocks) check(node, block.justify);
                   check(node, response.highest_pc);
                 },
             },
             message);
}

void CertificateOracle::on_event(NodeIndex node, const Event& event) {
  if (const auto* highest = std::get_if<event::UpdateHighestPC>(&event)) {
    check(node, highest->highest_pc);
  } else if (const auto* locked = std::get_if<event::UpdateLockedPC>(&event)) {
    check(node, locked->locked_pc);
  } else if (const auto* timeout = std::get_if<event::UpdateHighestTC>(&event)) {
    check(node, timeout->highest_tc);
  } else if (const auto* collected_tc = std::get_if<event::CollectTC>(&event)) {
    check(node, collected_tc->tc);
  } else if (const auto* inserted = std::get_if<event::InsertBlock>(&event)) {
    check(node, inserted->block->justify);
  }
}

}  // namespace hs::sim
