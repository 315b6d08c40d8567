#include "lib/sim/sign_ledger.h"

#include <string>

#include "lib/base/hex.h"

namespace hs::sim {
namespace {

constexpr std::size_t remembered_views_max = 512;

template <class Map>
void forget_oldest(Map& map) {
  if (map.size() > remembered_views_max) map.erase(map.begin());
}

std::string short_name(const Hash& hash) { return to_hex(hash.view()).substr(0, 8); }

}  // namespace

SignLedger::SignLedger(std::size_t nodes, Judge& judge) : judge_(judge), nodes_(nodes) {}

void SignLedger::on_send(NodeIndex node, bool to_all, const Message& message) {
  if (const auto* vote = std::get_if<PhaseVote>(&message)) {
    on_vote(node, *vote);
  } else if (const auto* proposal = std::get_if<Proposal>(&message)) {
    on_proposal(node, proposal->view, proposal->block.hash);
  } else if (const auto* nudge = std::get_if<Nudge>(&message)) {
    on_proposal(node, nudge->view, nudge->justify.block);
  } else if (const auto* advance = std::get_if<AdvanceView>(&message)) {
    if (to_all) on_advance(node, *advance);
  }
}

void SignLedger::on_vote(NodeIndex node, const PhaseVote& vote) {
  auto& votes = nodes_[node].votes;
  const Statement statement{.block = vote.block, .phase = vote.phase};
  const auto known = votes.find(vote.view);
  if (known != votes.end()) {
    if (known->second == statement) return;  // the second copy of S47
    judge_.violate("L1", node, "a second vote in view " + std::to_string(vote.view.value) +
                                   ": block " + short_name(known->second.block) + ", then " +
                                   short_name(vote.block));
    return;
  }
  if (!votes.empty() && vote.view < votes.rbegin()->first) {
    judge_.violate("L1", node, "a vote in view " + std::to_string(vote.view.value) +
                                   " after one in view " +
                                   std::to_string(votes.rbegin()->first.value));
    return;
  }
  votes.emplace(vote.view, statement);
  forget_oldest(votes);
}

void SignLedger::on_proposal(NodeIndex node, View view, const Hash& block) {
  auto& proposals = nodes_[node].proposals;
  const auto [known, is_new] = proposals.emplace(view, block);
  if (!is_new && known->second != block) {
    judge_.violate("L2", node, "two proposals in view " + std::to_string(view.value) + ": block " +
                                   short_name(known->second) + ", then " + short_name(block));
  }
  forget_oldest(proposals);
}

void SignLedger::on_advance(NodeIndex node, const AdvanceView& message) {
  std::optional<View>& newest = nodes_[node].advanced;
  const View view = view_of(message.progress_certificate);
  if (newest && view <= *newest) {
    judge_.violate("I30", node, "an AdvanceView with a certificate of view " +
                                    std::to_string(view.value) + " after one of view " +
                                    std::to_string(newest->value));
  }
  newest = view;
}

}  // namespace hs::sim
