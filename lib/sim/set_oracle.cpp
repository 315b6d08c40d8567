#include "lib/sim/set_oracle.h"

#include <algorithm>
#include <string>

namespace hs::sim {
namespace {

// Stored layouts, spelt out here on purpose and not taken from the tree's code. [PROTOCOL 6.1]
constexpr std::uint8_t key_committed_set = 0x05;
constexpr std::uint8_t key_previous_set = 0x0d;
constexpr std::uint8_t key_update_height = 0x0e;
constexpr std::uint8_t key_update_decided = 0x0f;

std::uint64_t number_of(BytesView bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | bytes[i];
  return number;
}

// Keys in ascending order, then a map from key to power. None if the bytes are of another form.
MemberSetPtr set_in(BytesView bytes) {
  if (bytes.size() < 4) return nullptr;
  const std::uint64_t count = number_of(bytes.first(4));
  if (bytes.size() != 8 + 32 * count + 40 * count) return nullptr;
  const BytesView keys = bytes.subspan(4, 32 * count);
  const BytesView powers = bytes.subspan(8 + 32 * count);
  std::vector<Validator> members(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::ranges::equal(keys.subspan(32 * i, 32), powers.subspan(40 * i, 32))) return nullptr;
    std::ranges::copy(keys.subspan(32 * i, 32), members[i].key.bytes.begin());
    members[i].power = Power{number_of(powers.subspan(40 * i + 32, 8))};
  }
  return std::make_shared<const MemberSet>(std::move(members));
}

}  // namespace

SetOracle::SetOracle(const Cast& cast, const SetBook& book, const ChainOracle& chain,
                     CertificateOracle& certificates, Judge& judge)
    : cast_(cast),
      book_(book),
      chain_(chain),
      certificates_(certificates),
      judge_(judge),
      nodes_(cast.size()) {}

void SetOracle::read(Held& held, BytesView key, const std::optional<Bytes>& value) {
  if (key.size() != 1) return;
  switch (key.front()) {
    case key_committed_set:
      held.committed = value ? set_in(*value) : nullptr;
      break;
    case key_previous_set:
      held.previous = value ? set_in(*value) : nullptr;
      break;
    case key_update_height:
      held.update_height = value ? std::optional(Height{number_of(*value)}) : std::nullopt;
      break;
    case key_update_decided:
      held.is_decided = value && number_of(*value) == 1;
      break;
    default:
      return;
  }
  held.is_new = true;
}

void SetOracle::add_active(Held& held) {
  if (held.committed) held.active.push_back(held.committed);
  if (held.previous && !held.is_decided) held.active.push_back(held.previous);
}

void SetOracle::on_start(NodeIndex node, const KvReader& disk) {
  Held held;
  for (const std::uint8_t key :
       {key_committed_set, key_previous_set, key_update_height, key_update_decided}) {
    read(held, BytesView(&key, 1), disk.get(BytesView(&key, 1)));
  }
  add_active(held);
  nodes_[node] = std::move(held);
  compare(node, nodes_[node]);
}

void SetOracle::on_write(NodeIndex node, const WriteBatch& batch) {
  Held& held = nodes_[node];
  for (const std::uint8_t key :
       {key_committed_set, key_previous_set, key_update_height, key_update_decided}) {
    const auto change = batch.changes().find(BytesView(&key, 1));
    if (change != batch.changes().end()) read(held, change->first, change->second);
  }
  if (held.is_new) add_active(held);
}

void SetOracle::compare(NodeIndex node, const Held& held) {
  if (!held.committed || !held.previous) {
    judge_.violate("G6", node, "a validator set on its disk cannot be read");
    return;
  }
  if (!held.update_height) {
    const bool is_first = *held.committed == *book_.initial() && *held.previous == *book_.initial();
    if (!is_first || !held.is_decided) {
      judge_.violate("G6", node, "holds another set than the first one without an update");
    }
    return;
  }
  const std::string at = "height " + std::to_string(held.update_height->value);
  const std::optional<Hash> block = chain_.hash_at(*held.update_height);
  const SetBook::Entry* entry = block ? book_.find(*block) : nullptr;
  if (entry == nullptr || !entry->has_updates) {
    judge_.violate("G6", node, "claims an update at " + at + ", where the chain has none");
    return;
  }
  if (!(*held.committed == *entry->after)) {
    judge_.violate("G6", node, "holds another committed set than the chain made at " + at);
  }
  if (!(*held.previous == *entry->before)) {
    judge_.violate("G6", node, "holds another previous set than the chain had below " + at);
  }
  if (held.is_decided && !certificates_.has_phase(*block, Phase::decide)) {
    judge_.violate("I24", node,
                   "takes the update of " + at + " as decided, but nothing decides it");
  }
  if (!held.is_decided && chain_.committed(node) != held.update_height) {
    judge_.violate("I24", node, "the update of " + at + " is undecided below what is committed");
  }
}

void SetOracle::end_step(NodeIndex node) {
  Held& held = nodes_[node];
  if (!held.is_new) return;
  held.is_new = false;
  held.active.clear();
  add_active(held);
  compare(node, held);
}

void SetOracle::on_vote(NodeIndex node, const PhaseVote& vote) {
  const SetBook::Entry* entry = book_.find(vote.block);
  if (entry == nullptr) return;  // I09 and L5 say so
  const MemberSet& set = vote.phase == Phase::decide ? *entry->after : *entry->before;
  if (set.contains(cast_.key(node))) return;
  judge_.violate("I10", node,
                 "votes in view " + std::to_string(vote.view.value) +
                     " for a block that its set does not judge");
}

void SetOracle::on_leader(NodeIndex node, std::string_view rule, View view, const Hash& block) {
  const SetBook::Entry* entry = book_.find(block);
  if (entry == nullptr) return;
  const PublicKey& key = cast_.key(node);
  if (entry->before->leader(view) == key) return;
  if (entry->has_updates && entry->after->leader(view) == key) return;
  judge_.violate(rule, node,
                 "leads view " + std::to_string(view.value) + " in no set of its block");
}

void SetOracle::on_validator(NodeIndex node, const Message& message) {
  for (const MemberSetPtr& set : nodes_[node].active) {
    if (set->contains(cast_.key(node))) return;
  }
  judge_.violate("I10", node, "a listener sends a " + std::string(name_of(message)));
}

void SetOracle::on_send(NodeIndex node, const Message& message) {
  if (const auto* vote = std::get_if<PhaseVote>(&message)) {
    on_vote(node, *vote);
  } else if (const auto* proposal = std::get_if<Proposal>(&message)) {
    on_leader(node, "I26", proposal->view, proposal->block.hash);
  } else if (const auto* nudge = std::get_if<Nudge>(&message)) {
    on_leader(node, "I27", nudge->view, nudge->justify.block);
  } else if (std::holds_alternative<TimeoutVote>(message) ||
             std::holds_alternative<AdvanceView>(message)) {
    on_validator(node, message);
  }
}

void SetOracle::on_event(NodeIndex node, const Event& event) {
  if (const auto* timeout = std::get_if<event::UpdateHighestTC>(&event)) {
    certificates_.check_taken(node, timeout->highest_tc, nodes_[node].active);
  }
}

}  // namespace hs::sim
