#include "lib/sim/model_book.h"

#include <algorithm>

namespace hs::sim {
namespace {

constexpr std::size_t recent_max = 512;  // views, and blocks

// What a certificate's statement names beside chain and view.
const Hash& block_of(const PhaseCertificate& pc) { return pc.block; }
Hash block_of(const TimeoutCertificate&) { return {}; }
Phase phase_of(const PhaseCertificate& pc) { return pc.phase; }
Phase phase_of(const TimeoutCertificate&) { return Phase::generic; }

}  // namespace

struct ModelBook::Entry : model::Certificate {
  struct Verdict {
    std::vector<model::Member> members;
    bool all_verify = false;
  };
  SignatureSet signatures;
  Bytes statement;
  mutable std::vector<Verdict> verdicts;  // asked for before

  template <class Source>
  [[nodiscard]] bool is(const Source& source, Kind source_kind) const {
    return kind == source_kind && chain == source.chain_id.value &&
           block == to_model(block_of(source)) &&
           phase == static_cast<model::Phase>(phase_of(source)) && signatures == source.signatures;
  }
};

model::Hash to_model(const Hash& hash) { return {hash.bytes}; }
model::Key to_model(const PublicKey& key) { return {key.bytes}; }

model::SetPtr to_model(const ValidatorSet& set) {
  std::vector<model::Member> members;
  for (const Validator& each : set.members()) {
    members.push_back({.key = to_model(each.key), .power = each.power.value});
  }
  return std::make_shared<const model::Set>(std::move(members));
}

template <class Map, class Name>
void ModelBook::remember(Map& map, std::deque<Name>& order, const Name& name) {
  order.push_back(name);
  if (order.size() <= recent_max) return;
  map.erase(order.front());
  order.pop_front();
}

template <class Source>
model::CertificatePtr ModelBook::find_or_add(const Source& source, model::Certificate::Kind kind) {
  const auto [same_view, is_new_view] = by_view_.try_emplace(source.view.value);
  for (const auto& each : same_view->second) {
    if (each->is(source, kind)) return each;
  }
  auto entry = std::make_shared<Entry>();
  entry->kind = kind;
  entry->chain = source.chain_id.value;
  entry->view = source.view.value;
  entry->block = to_model(block_of(source));
  entry->phase = static_cast<model::Phase>(phase_of(source));
  for (const auto& slot : source.signatures) entry->slots.push_back(slot.has_value());
  entry->signatures = source.signatures;
  entry->statement = statement_of(source);
  same_view->second.push_back(entry);
  if (is_new_view) remember(by_view_, views_, source.view.value);
  return entry;
}

model::CertificatePtr ModelBook::certificate(const PhaseCertificate& pc) {
  return pc.is_genesis() ? genesis_ : find_or_add(pc, model::Certificate::Kind::phase);
}

model::CertificatePtr ModelBook::certificate(const TimeoutCertificate& tc) {
  return find_or_add(tc, model::Certificate::Kind::timeout);
}

model::CertificatePtr ModelBook::certificate(const ProgressCertificate& either) {
  return std::visit([&](const auto& each) { return certificate(each); }, either);
}

model::BlockPtr ModelBook::block(const Block& block) {
  const auto known = blocks_.find(block.hash);
  if (known != blocks_.end()) return known->second;
  model::Block made{.hash = to_model(block.hash),
                    .height = block.height.value,
                    .justify = certificate(block.justify),
                    .updates = {}};
  if (const auto updates = app_.set_updates_in(block.data)) {
    made.updates.emplace();
    for (const auto& [key, power] : updates->inserts) {
      made.updates->inserts[to_model(key)] = power.value;
    }
    for (const PublicKey& key : updates->deletes) made.updates->deletes.insert(to_model(key));
  }
  auto shared = std::make_shared<const model::Block>(std::move(made));
  blocks_.emplace(block.hash, shared);
  remember(blocks_, hashes_, block.hash);
  return shared;
}

bool ModelBook::all_verify(const model::Certificate& certificate, const model::Set& set) {
  const auto& entry = static_cast<const Entry&>(certificate);
  const std::vector<model::Member>& members = set.members();
  for (const Entry::Verdict& each : entry.verdicts) {
    if (each.members == members) return each.all_verify;
  }
  bool all_verify = true;
  for (std::size_t slot = 0; slot < members.size() && all_verify; ++slot) {
    if (!entry.signatures[slot]) continue;
    PublicKey key;
    key.bytes = members[slot].key.bytes;
    all_verify = cast_.scheme().verify(key, entry.statement, *entry.signatures[slot]);
  }
  entry.verdicts.push_back({.members = members, .all_verify = all_verify});
  return all_verify;
}

}  // namespace hs::sim
