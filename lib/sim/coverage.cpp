#include "lib/sim/coverage.h"

#include <algorithm>
#include <string>
#include <utility>

#include "lib/byzantine/kind.h"

namespace hs::sim {
namespace {

constexpr std::uint64_t many_commits = 4;

constexpr std::array<std::string_view, 10> message_names{
    "AdvanceView", "AdvertiseBlock", "AdvertisePC", "BlockSyncRequest", "BlockSyncResponse",
    "NewView",     "Nudge",          "PhaseVote",   "Proposal",         "TimeoutVote"};

constexpr std::array tally_names{
    std::pair{&Tally::off_lock, "vote refused: off the lock"},
    std::pair{&Tally::decided, "vote refused: its update is decided"},
    std::pair{&Tally::already_voted, "vote refused: has voted in this view"},
    std::pair{&Tally::not_a_voter, "vote refused: not in the set that votes"},
    std::pair{&Tally::record_binds, "vote refused: by the voting record"},
    std::pair{&Tally::leader_served, "leader message refused: has had its turn"},
    std::pair{&Tally::beyond_window, "message refused: beyond the window of views"},
    std::pair{&Tally::kept_enough, "message refused: quota of its sender"},
    std::pair{&Tally::evicted_own, "buffer eviction: of the same sender"},
    std::pair{&Tally::evicted_any, "buffer eviction: the farthest of all"},
    std::pair{&Tally::vote_again, "vote counted already"},
    std::pair{&Tally::unchecked_signature, "signature unchecked: quota of its sender"},
    std::pair{&Tally::unserved_sync, "sync request waits: quota of its sender"},
    std::pair{&Tally::sync_late, "sync request timed out"},
    std::pair{&Tally::ban_over, "ban is over"},
    std::pair{&Tally::deep_prunes, "branch of three blocks or more pruned"},
};

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
  } else if (const auto* locked = std::get_if<event::UpdateLockedPC>(&event)) {
    if (is_off(locked->locked_pc.block, seen.lock)) marks_.count("lock moves to another branch");
    seen.lock = locked->locked_pc.block;
  } else if (const auto* voted = std::get_if<event::PhaseVote>(&event)) {
    if (is_off(voted->vote.block, seen.lock_before)) marks_.count("vote off the lock: newer PC");
  }
}

void Coverage::end_step(NodeIndex node) {
  if (nodes_[node].commits >= many_commits) marks_.count("four blocks committed at once");
  nodes_[node].commits = 0;
  nodes_[node].lock_before = nodes_[node].lock;
}

bool Coverage::is_off(const Hash& block, const std::optional<Hash>& lock) const {
  const Block* const held = lock ? chain_.find(*lock) : nullptr;
  const Block* at = chain_.find(block);
  if (held == nullptr || at == nullptr) return false;
  while (at != nullptr && at->height > held->height) {
    at = at->justify.is_genesis() ? nullptr : chain_.find(at->justify.block);
  }
  return at != nullptr && at->hash != held->hash;
}

void Coverage::on_step(NodeIndex node, const Input& input, const Output& output,
                       const ValidatorSetState& sets) {
  Seen& seen = nodes_[node];
  for (const Event& event : output.events) {
    look_at(seen, input, event);
    const auto* proposed = std::get_if<event::Propose>(&event);
    const auto* nudged = std::get_if<event::Nudge>(&event);
    if (proposed == nullptr && nudged == nullptr) continue;
    const View view = proposed != nullptr ? proposed->view : nudged->view;
    if (!sets.update_decided && sets.committed->leader(view) != cast_.key(node)) {
      marks_.count("offer of a leader of the previous set");
    }
  }
}

void Coverage::look_at(Seen& seen, const Input& input, const Event& event) {
  if (std::holds_alternative<event::StartView>(event)) {
    seen.offered.clear();
  } else if (const auto* received = std::get_if<event::ReceiveProposal>(&event)) {
    seen.offered.insert(received->block);
  } else if (const auto* proposed = std::get_if<event::Propose>(&event)) {
    seen.synced.erase(proposed->block);
  } else if (const auto* inserted = std::get_if<event::InsertBlock>(&event)) {
    const auto* from = std::get_if<FromPeer>(&input);
    const bool is_late = from != nullptr && std::holds_alternative<Proposal>(*from->message);
    const Hash& block = inserted->block->hash;
    if (!is_late && !seen.offered.contains(block)) seen.synced.insert(block);
  } else if (const auto* update = std::get_if<event::UpdateHighestPC>(&event)) {
    seen.highest_pc = update->highest_pc;
  } else if (const auto* pruned = std::get_if<event::PruneBlock>(&event)) {
    // Its commit, and what follows from that, comes next.
    seen.is_from_sync = seen.synced.erase(pruned->block) > 0;
  } else if (const auto* changed = std::get_if<event::UpdateValidatorSet>(&event)) {
    on_set_change(seen, changed->cause_block);
  } else if (const auto* learnt = std::get_if<event::UpdateHighestTC>(&event)) {
    const auto* from = std::get_if<FromPeer>(&input);
    const auto* vote = from == nullptr ? nullptr : std::get_if<TimeoutVote>(from->message.get());
    if (vote != nullptr && vote->highest_tc == learnt->highest_tc) {
      marks_.count("TC learnt from a TimeoutVote");
    }
  }
}

void Coverage::on_set_change(const Seen& seen, const Hash& cause) {
  if (seen.is_from_sync) marks_.count("set change met by block sync");
  if (!seen.highest_pc || seen.highest_pc->block != cause) return;
  marks_.count("set change committed by its " + std::string(name_of(seen.highest_pc->phase)) +
               " PC");
}

void Coverage::on_end(const Tally& tally) {
  for (const auto& [member, name] : tally_names) {
    if (tally.*member > 0) marks_.count(name, tally.*member);
  }
}

namespace {

// What no run of these profiles can bring about.
bool is_impossible(byzantine::Kind kind, std::string_view message) {
  // It sends nothing.
  if (kind == byzantine::Kind::silent || kind == byzantine::Kind::honest) return true;
  // What it says of its height belongs to another chain, and no certificate has its vote: nobody
  // here would think of asking it for blocks.
  return kind == byzantine::Kind::wrong_chain && message == "BlockSyncResponse";
}

std::vector<std::string> all_required() {
  std::vector<std::string> names{
      // what replicas tell
      "AdvanceView", "BanPeer", "CollectPC", "CollectTC", "CommitBlock", "EndSync", "Equivocation",
      "InsertBlock", "InvalidMessage", "NewView", "Nudge", "PhaseVote", "Propose", "PruneBlock",
      "ReceiveAdvanceView", "ReceiveNewView", "ReceiveNudge", "ReceivePhaseVote", "ReceiveProposal",
      "ReceiveSyncRequest", "ReceiveTimeoutVote", "SendSyncResponse", "StartSync", "StartView",
      "TimeoutVote", "UpdateHighestPC", "UpdateHighestTC", "UpdateLockedPC", "UpdateValidatorSet",
      "ViewTimeout",
      // what they turn down
      "vote refused: off the lock", "vote refused: has voted in this view",
      "vote refused: not in the set that votes", "leader message refused: has had its turn",
      "message refused: beyond the window of views", "message refused: quota of its sender",
      "buffer eviction: of the same sender", "buffer eviction: the farthest of all",
      "vote counted already", "decode error: truncated", "decode error: trailing",
      "decode error: too long", "decode error: bad value",
      // corners
      "AdvanceView by a PC", "AdvanceView by a TC", "PC collected: commit", "PC collected: decide",
      "PC collected: generic", "PC collected: precommit", "PC collected: prepare",
      "TC learnt from a TimeoutVote", "ban is over", "block proposed again",
      "branch of three blocks or more pruned", "committed transaction sent again",
      "epoch left by a PC", "epoch left by a TC", "four blocks committed at once",
      "lock moves to another branch", "nudge with a commit PC", "nudge with a precommit PC",
      "nudge with a prepare PC", "offer of a leader of the previous set",
      "set change committed by its commit PC", "set change committed by its decide PC",
      "set change met by block sync", "start in an epoch-change view", "start over a torn record",
      "sync request timed out", "validator set updated", "vote off the lock: newer PC",
      // faults
      "all crash", "all crash in a set change", "crash before a record", "crash before a send",
      "crash before a write", "crash in a step", "message doubled", "message lost",
      "message swallowed by a cut", "partition: bridge", "partition: groups",
      "partition: one isolated", "partition: one way", "partition: random links", "pause",
      "power lost", "process killed", "proposal kept from some", "set change with members down",
      "set change: add", "set change: all but one", "set change: everybody", "set change: nothing",
      "set change: power", "set change: remove", "set change: remove a leader",
      "set change: replace all", "write refused by the disk", "write refused by a full disk",
      "sync refused by the disk", "bit flipped on a disk", "disk put back"};
  for (const byzantine::Kind kind : byzantine::kinds) {
    const std::string name(byzantine::name_of(kind));
    if (kind == byzantine::Kind::silent) names.push_back(name + ": starts");
    for (const std::string_view message : message_names) {
      if (!is_impossible(kind, message)) names.push_back(name + ": " + std::string(message));
    }
  }
  return names;
}

}  // namespace

const std::vector<std::string>& required_marks() {
  static const std::vector<std::string> names = all_required();
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
