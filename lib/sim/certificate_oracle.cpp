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

CertificateOracle::CertificateOracle(const Cast& cast, ChainId chain_id, Judge& judge)
    : cast_(cast), chain_id_(chain_id), judge_(judge) {}

std::string CertificateOracle::fault_in(ChainId chain_id, const SignatureSet& signatures,
                                        BytesView statement) const {
  if (chain_id != chain_id_) return "is of another chain";
  const std::vector<Validator>& members = cast_.validators().members();
  if (signatures.size() != members.size()) return "has the wrong number of slots";
  Uint128 power = 0;
  for (std::size_t slot = 0; slot < members.size(); ++slot) {
    if (!signatures[slot]) continue;
    if (!cast_.scheme().verify(members[slot].key, statement, *signatures[slot])) {
      return "holds a bad signature in slot " + std::to_string(slot);
    }
    power += members[slot].power.value;
  }
  if (3 * power <= 2 * Uint128(cast_.total_power())) return "lacks a quorum";
  return "";
}

void CertificateOracle::remember_view(View view) {
  highest_view_ = std::max(highest_view_, std::optional(view));
  if (known_.size() > known_views_max) known_.erase(known_.begin());
}

void CertificateOracle::check(NodeIndex node, const PhaseCertificate& pc) {
  if (is_genesis(pc)) return;
  std::vector<PhaseCertificate>& same_view = known_[pc.view].pcs;
  if (std::find(same_view.begin(), same_view.end(), pc) != same_view.end()) return;
  const std::string fault = fault_in(pc.chain_id, pc.signatures, signed_bytes(pc));
  if (!fault.empty()) {
    judge_.violate("L4", node, "a PC of view " + std::to_string(pc.view.value) + " " + fault);
    return;
  }
  for (const PhaseCertificate& other : same_view) {
    if (other.block == pc.block && other.phase == pc.phase) continue;
    judge_.violate("I11", node, "two blocks or phases are certified in view " +
                                    std::to_string(pc.view.value));
  }
  same_view.push_back(pc);
  certified_.emplace(pc.view, pc.block);
  remember_view(pc.view);
}

void CertificateOracle::check(NodeIndex node, const TimeoutCertificate& tc) {
  std::vector<TimeoutCertificate>& same_view = known_[tc.view].tcs;
  if (std::find(same_view.begin(), same_view.end(), tc) != same_view.end()) return;
  const std::string fault = fault_in(tc.chain_id, tc.signatures, signed_bytes(tc));
  if (!fault.empty()) {
    judge_.violate("L4", node, "a TC of view " + std::to_string(tc.view.value) + " " + fault);
    return;
  }
  same_view.push_back(tc);
  remember_view(tc.view);
}

void CertificateOracle::on_send(NodeIndex node, const Message& message) {
  const auto check_progress = [&](const ProgressCertificate& certificate) {
    std::visit([&](const auto& either) { check(node, either); }, certificate);
  };
  std::visit(Overloaded{
                 [&](const Proposal& proposal) { check(node, proposal.block.justify); },
                 [&](const Nudge& nudge) { check(node, nudge.justify); },
                 [&](const PhaseVote&) {},
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
  } else if (const auto* collected = std::get_if<event::CollectPC>(&event)) {
    check(node, collected->pc);
  } else if (const auto* collected_tc = std::get_if<event::CollectTC>(&event)) {
    check(node, collected_tc->tc);
  } else if (const auto* inserted = std::get_if<event::InsertBlock>(&event)) {
    check(node, inserted->block->justify);
  }
}

bool CertificateOracle::is_certified(const Hash& block, View view) const {
  const auto found = certified_.find(view);
  return found != certified_.end() && found->second == block;
}

}  // namespace hs::sim
