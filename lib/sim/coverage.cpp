#include "lib/sim/coverage.h"

#include <string>

namespace hs::sim {
namespace {

constexpr std::uint64_t many_commits = 4;

}  // namespace

void Coverage::on_start(NodeIndex node, std::optional<View> entered) {
  nodes_[node] = {};
  if (entered && *entered > View{} && entered->value % epoch_length_ == 0) {
    marks_.count("start in an epoch-change view");
  }
}

void Coverage::on_send(const Message& message) {
  if (const auto* proposal = std::get_if<Proposal>(&message)) {
    if (chain_.find(proposal->block.hash) != nullptr) marks_.count("block proposed again");
  } else if (const auto* nudge = std::get_if<Nudge>(&message)) {
    marks_.count("nudge with a " + std::string(name_of(nudge->justify.phase)) + " PC");
  } else if (const auto* vote = std::get_if<PhaseVote>(&message)) {
    marks_.count("vote: " + std::string(name_of(vote->phase)));
  }
}

void Coverage::on_event(NodeIndex node, const Event& event) {
  Seen& seen = nodes_[node];
  if (const auto* advance = std::get_if<event::AdvanceView>(&event)) {
    const bool is_pc = std::holds_alternative<PhaseCertificate>(advance->certificate);
    marks_.count(is_pc ? "AdvanceView by a PC" : "AdvanceView by a TC");
  } else if (const auto* collected = std::get_if<event::CollectPC>(&event)) {
    marks_.count("PC collected: " + std::string(name_of(collected->pc.phase)));
  } else if (const auto* update = std::get_if<event::UpdateHighestTC>(&event)) {
    seen.highest_tc = update->highest_tc.view;
  } else if (const auto* start = std::get_if<event::StartView>(&event)) {
    const std::uint64_t before = start->view.value == 0 ? 0 : start->view.value - 1;
    if (before == 0 || before % epoch_length_ != 0) return;
    marks_.count(seen.highest_tc == View{before} ? "epoch left by a TC" : "epoch left by a PC");
  } else if (std::holds_alternative<event::CommitBlock>(event)) {
    ++seen.commits;
  }
}

void Coverage::end_step(NodeIndex node) {
  if (nodes_[node].commits >= many_commits) marks_.count("four blocks committed at once");
  nodes_[node].commits = 0;
}

const std::vector<std::string>& required_marks() {
  static const std::vector<std::string> names{
      // what replicas tell
      "AdvanceView", "BanPeer", "CollectPC", "CollectTC", "CommitBlock", "EndSync", "Equivocation",
      "InsertBlock", "InvalidMessage", "NewView", "Nudge", "PhaseVote", "Propose", "PruneBlock",
      "ReceiveAdvanceView", "ReceiveNewView", "ReceiveNudge", "ReceivePhaseVote", "ReceiveProposal",
      "ReceiveSyncRequest", "ReceiveTimeoutVote", "SendSyncResponse", "StartSync", "StartView",
      "TimeoutVote", "UpdateHighestPC", "UpdateHighestTC", "UpdateLockedPC", "UpdateValidatorSet",
      "ViewTimeout",
      // corners
      "AdvanceView by a PC", "AdvanceView by a TC", "PC collected: commit", "PC collected: decide",
      "PC collected: generic", "PC collected: precommit", "PC collected: prepare",
      "block proposed again", "epoch left by a PC", "epoch left by a TC",
      "four blocks committed at once", "nudge with a commit PC", "nudge with a precommit PC",
      "nudge with a prepare PC", "start in an epoch-change view", "validator set updated",
      // faults
      "all crash", "all crash in a set change", "crash in a step", "message doubled",
      "message lost", "message swallowed by a cut", "partition: bridge", "partition: groups",
      "partition: one isolated", "partition: one way", "partition: random links", "pause",
      "power lost", "process killed", "proposal kept from some", "set change with members down",
      "set change: add", "set change: all but one", "set change: everybody", "set change: nothing",
      "set change: power", "set change: remove", "set change: remove a leader",
      "set change: replace all", "write refused by the disk", "bit flipped on a disk",
      "disk put back"};
  return names;
}

std::vector<std::string> missing_marks(const Marks& marks) {
  const auto table = marks.table();
  std::vector<std::string> missing;
  for (const std::string& name : required_marks()) {
    if (!table.contains(name)) missing.push_back(name);
  }
  return missing;
}

}  // namespace hs::sim
