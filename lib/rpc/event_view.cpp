#include "lib/rpc/event_view.h"

#include "lib/base/hex.h"
#include "lib/base/overloaded.h"

namespace hs {
namespace {

std::string hex(const Hash& hash) { return to_hex(hash.view()); }
std::string hex(const PublicKey& key) { return to_hex(key.view()); }

Json certificate_bits_view(const TimeoutCertificate& tc) {
  return {{"view", tc.view.value}, {"signer_bits", signer_bits(tc.signatures)}};
}

Json updates_view(const ValidatorSetUpdates& updates) {
  Json inserts = Json::array();
  for (const auto& [key, power] : updates.inserts) {
    inserts.push_back({{"public_key", hex(key)}, {"power", power.value}});
  }
  Json deletes = Json::array();
  for (const PublicKey& key : updates.deletes) deletes.push_back(hex(key));
  return {{"inserts", inserts}, {"deletes", deletes}};
}

// One overload an event: what it says, without schema, time and name.
struct Fields {
  Json operator()(const event::InsertBlock& e) const {
    return {{"height", e.block->height.value},
            {"block", hex(e.block->hash)},
            {"parent", hex(e.block->justify.block)}};
  }
  Json operator()(const event::CommitBlock& e) const {
    return {{"height", e.height.value}, {"block", hex(e.block)}, {"view", e.view.value}};
  }
  Json operator()(const event::PruneBlock& e) const { return {{"block", hex(e.block)}}; }
  Json operator()(const event::UpdateHighestPC& e) const {
    return {{"certificate", certificate_bits_view(e.highest_pc)}};
  }
  Json operator()(const event::UpdateLockedPC& e) const {
    return {{"certificate", certificate_bits_view(e.locked_pc)}};
  }
  Json operator()(const event::UpdateHighestTC& e) const {
    return {{"certificate", certificate_bits_view(e.highest_tc)}};
  }
  Json operator()(const event::UpdateValidatorSet& e) const {
    return {{"block", hex(e.cause_block)}, {"updates", updates_view(e.updates)}};
  }
  Json operator()(const event::Propose& e) const {
    return {{"view", e.view.value}, {"height", e.height.value}, {"block", hex(e.block)}};
  }
  Json operator()(const event::Nudge& e) const {
    return {{"view", e.view.value}, {"certificate", certificate_bits_view(e.justify)}};
  }
  Json operator()(const event::PhaseVote& e) const {
    return {{"vote", vote_view(e.vote)}, {"recipient", hex(e.recipient)}};
  }
  Json operator()(const event::NewView& e) const {
    return {{"view", e.view.value}, {"highest_pc_view", e.highest_pc_view.value}};
  }
  Json operator()(const event::TimeoutVote& e) const { return {{"view", e.view.value}}; }
  Json operator()(const event::AdvanceView& e) const {
    return std::visit(
        [](const auto& certificate) -> Json {
          return {{"view", certificate.view.value},
                  {"certificate", certificate_bits_view(certificate)}};
        },
        e.certificate);
  }
  Json operator()(const event::ReceiveProposal& e) const {
    return {{"origin", hex(e.origin)},
            {"view", e.view.value},
            {"height", e.height.value},
            {"block", hex(e.block)}};
  }
  Json operator()(const event::ReceiveNudge& e) const {
    return {{"origin", hex(e.origin)},
            {"view", e.view.value},
            {"certificate", certificate_bits_view(e.justify)}};
  }
  Json operator()(const event::ReceivePhaseVote& e) const {
    return {{"origin", hex(e.origin)}, {"vote", vote_view(e.vote)}};
  }
  Json operator()(const event::ReceiveNewView& e) const {
    return {{"origin", hex(e.origin)},
            {"view", e.view.value},
            {"highest_pc_view", e.highest_pc_view.value}};
  }
  Json operator()(const event::ReceiveTimeoutVote& e) const {
    return {{"origin", hex(e.origin)}, {"view", e.view.value}};
  }
  Json operator()(const event::ReceiveAdvanceView& e) const {
    return {{"origin", hex(e.origin)}, {"view", e.view.value}};
  }
  Json operator()(const event::StartView& e) const {
    return {{"view", e.view.value}, {"leader", hex(e.leader)}};
  }
  Json operator()(const event::ViewTimeout& e) const { return {{"view", e.view.value}}; }
  Json operator()(const event::CollectPC& e) const {
    return {{"certificate", certificate_bits_view(e.pc)}};
  }
  Json operator()(const event::CollectTC& e) const {
    return {{"certificate", certificate_bits_view(e.tc)}};
  }
  Json operator()(const event::StartSync& e) const { return {{"peer", hex(e.peer)}}; }
  Json operator()(const event::EndSync& e) const {
    return {{"peer", hex(e.peer)}, {"blocks_synced", e.blocks_synced}};
  }
  Json operator()(const event::ReceiveSyncRequest& e) const {
    return {{"peer", hex(e.peer)}, {"start_height", e.start_height.value}, {"limit", e.limit}};
  }
  Json operator()(const event::SendSyncResponse& e) const {
    return {
        {"peer", hex(e.peer)}, {"blocks", e.blocks}, {"highest_pc_view", e.highest_pc_view.value}};
  }
  Json operator()(const event::Equivocation& e) const {
    return {
        {"signer", hex(e.signer)}, {"first", vote_view(e.first)}, {"second", vote_view(e.second)}};
  }
  Json operator()(const event::InvalidMessage& e) const {
    return {{"origin", hex(e.origin)},
            {"message", e.kind},
            {"why", e.why},
            {"provable", e.provable}};
  }
  Json operator()(const event::BanPeer& e) const { return {{"peer", hex(e.peer)}, {"why", e.why}}; }
  Json operator()(const event::AppFailure& e) const { return {{"call", e.call}, {"why", e.why}}; }
  Json operator()(const event::SafetyViolation& e) const {
    return {{"ours", certificate_bits_view(e.ours)},
            {"theirs", certificate_bits_view(e.theirs)},
            {"why", e.why}};
  }
};

}  // namespace

bool is_event_name(std::string_view name) {
  return []<std::size_t... Index>(std::string_view wanted, std::index_sequence<Index...>) {
    return (... || (name_of(Event(std::in_place_index<Index>)) == wanted));
  }
  (name, std::make_index_sequence<std::variant_size_v<Event>>{});
}

std::string signer_bits(const SignatureSet& signatures) {
  std::string bits;
  bits.reserve(signatures.size());
  for (const auto& signature : signatures) bits.push_back(signature ? '1' : '0');
  return bits;
}

Json certificate_bits_view(const PhaseCertificate& pc) {
  return {{"phase", name_of(pc.phase)},
          {"view", pc.view.value},
          {"block", hex(pc.block)},
          {"signer_bits", signer_bits(pc.signatures)}};
}

Json vote_view(const PhaseVote& vote) {
  return {{"view", vote.view.value},
          {"block", hex(vote.block)},
          {"phase", name_of(vote.phase)},
          {"signature", to_hex(vote.signature.view())}};
}

Json event_view(const Event& event, std::chrono::system_clock::time_point at) {
  Json object = {{"schema", "hs.event/v1"}, {"time", rfc3339(at)}, {"event", name_of(event)}};
  object.update(std::visit(Fields{}, event));
  return object;
}

}  // namespace hs
