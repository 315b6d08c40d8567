#include "lib/sim/monitor.h"

#include <algorithm>
#include <string>

#include "lib/blocktree/tree_reader.h"

namespace hs::sim {

Monitor::Monitor(const Plan& plan, const Cast& cast, const AppKit& app, Judge& judge)
    : plan_(plan),
      app_(app),
      judge_(judge),
      ledger_(cast.size(), judge),
      stored_(cast.size(), judge),
      book_(cast, app),
      certificates_(cast, book_, plan.config.chain_id, judge),
      chain_(cast.size(), book_, certificates_, judge),
      locks_(cast.size(), chain_, judge),
      sets_(cast, book_, chain_, certificates_, judge),
      state_(cast.size(), chain_, judge),
      views_(cast.size(), plan.config.epoch_length, certificates_, judge),
      progress_(plan, cast, judge),
      model_(plan, cast, app, judge),
      duties_(plan, cast, judge),
      coverage_(cast, plan.config.epoch_length, chain_, marks_) {
  for (NodeIndex node = 0; node < cast.size(); ++node) is_faulty_.push_back(plan.is_faulty(node));
}

void Monitor::on_start(NodeIndex node, const KvReader& disk,
                       const std::optional<SafetyRecord>& record) {
  if (is_faulty_[node]) return;
  ledger_.on_start(node);
  stored_.on_start(node, disk, record);
  chain_.on_start(node, stored_.live(node).committed, disk);
  // What it wrote and did not live to tell, such as the certificate that decides its set.
  const TreeReader tree(disk);
  certificates_.check(node, tree.highest_pc());
  if (const auto tc = tree.highest_tc()) certificates_.check(node, *tc);
  coverage_.on_start(node, stored_.live(node).entered);
  look_at_new_blocks();
  certificates_.end_step(node);
  locks_.on_start(node, disk);
  sets_.on_start(node, disk);
  state_.on_start(node, disk);
}

void Monitor::on_started(NodeIndex node, const Replica& replica, const KvReader& disk,
                         const std::optional<SafetyRecord>& record) {
  if (is_faulty_[node]) return mark_faulty(node, "starts");
  duties_.on_start(node);
  model_.on_start(node, stored_.live(node), replica.validators(), disk, record);
}

void Monitor::on_step(NodeIndex node, const Input& input, const Output& output,
                      const ValidatorSetState& sets, const ReplicaStatus& status, bool is_certain) {
  if (is_faulty_[node]) return;
  coverage_.on_step(node, input, output, sets);
  model_.on_step(node, input, output, sets, status, is_certain);
  const View entered = stored_.live(node).entered.value_or(View{});
  duties_.on_step(node, input, output, entered, sets);
}

void Monitor::check_buffers(NodeIndex node, std::size_t bytes, std::size_t counted) {
  if (bytes > plan_.config.message_buffer_bytes) {
    judge_.violate("L7", node,
                   "buffers " + std::to_string(bytes) + " bytes of " +
                       std::to_string(plan_.config.message_buffer_bytes));
  }
  if (counted != bytes) {
    judge_.violate(
        "L7", node,
        "counts " + std::to_string(counted) + " buffered bytes and has " + std::to_string(bytes));
  }
}

void Monitor::on_crash(NodeIndex node, const KvReader& disk) {
  if (!is_faulty_[node]) stored_.on_crash(node, disk);
}

void Monitor::on_write(NodeIndex node, const WriteBatch& batch, bool sync, const KvReader& disk) {
  if (is_faulty_[node]) return;
  stored_.on_write(node, batch, sync);
  locks_.on_write(node, batch);
  sets_.on_write(node, batch);
  state_.on_write(node, batch, disk);
}

void Monitor::on_record(NodeIndex node, const SafetyRecord& record, const KvReader& disk) {
  if (!is_faulty_[node]) stored_.on_record(node, record, disk);
}

void Monitor::on_send(NodeIndex node, bool to_all, const MessagePtr& message,
                      const KvReader& disk) {
  if (is_faulty_[node]) return mark_faulty(node, name_of(*message));
  coverage_.on_send(*message);
  if (const auto* proposal = std::get_if<Proposal>(message.get())) {
    chain_.on_proposal(node, std::shared_ptr<const Block>(message, &proposal->block));
  }
  certificates_.on_send(node, *message);
  ledger_.on_send(node, to_all, *message);
  locks_.on_send(node, *message);
  sets_.on_send(node, *message);
  const auto* vote = std::get_if<PhaseVote>(message.get());
  const bool is_passed =
      vote != nullptr && chain_.is_at_or_below(vote->block, stored_.live(node).committed);
  stored_.on_send(node, *message, disk, is_passed);
}

void Monitor::on_event(NodeIndex node, const Event& event, const KvReader& disk) {
  hash_.add(static_cast<std::uint64_t>(judge_.now().time_since_epoch().count()));
  hash_.add(node);
  hash_.add(event);
  if (is_faulty_[node]) return;
  marks_.count(event);
  coverage_.on_event(node, event);
  if (const auto* fork = std::get_if<event::SafetyViolation>(&event)) {
    judge_.violate("S57", node, "stops for good: " + fork->why);
    is_faulty_[node] = true;
    ++halted_;
    return;
  }
  certificates_.on_event(node, event);
  sets_.on_event(node, event);
  if (const auto* inserted = std::get_if<event::InsertBlock>(&event)) {
    chain_.on_insert(node, *inserted->block, disk);
  } else if (const auto* committed = std::get_if<event::CommitBlock>(&event)) {
    stored_.on_commit_told(node, committed->height);
    chain_.on_commit(node, committed->block, committed->height);
  }
}

void Monitor::compare_with_disk(NodeIndex node, const ReplicaStatus& status) {
  const StoredFacts& disk = stored_.live(node);
  if (status.view != disk.entered || status.voted_view != disk.voted ||
      status.locked_view != disk.locked || status.highest_pc_view != disk.highest_pc ||
      status.highest_tc_view != disk.highest_tc || status.committed_height != disk.committed) {
    judge_.violate("L3", node, "memory and disk differ after a step");
  }
}

void Monitor::look_at_new_blocks() {
  const std::optional<Height> tip = chain_.tip();
  if (!tip || looked_at_ > tip->value) return;
  for (; looked_at_ <= tip->value; ++looked_at_) {
    const Height height{looked_at_};
    const SetBook::Entry* entry = book_.find(*chain_.hash_at(height));
    if (entry != nullptr && entry->has_updates) {
      certificates_.on_set(entry->after);
      set_in_force_ = entry->after;
      marks_.count("validator set updated");
    }
    state_.on_block(height, app_.transactions_in(chain_.block_at(height).data));
    progress_.on_tip(judge_.now(), height, highest_view_);
  }
}

void Monitor::end_step(NodeIndex node, const ReplicaStatus& status, std::size_t buffered_bytes,
                       const std::vector<bool>& live) {
  if (is_faulty_[node]) return;
  compare_with_disk(node, status);
  check_buffers(node, buffered_bytes, status.buffered_bytes);
  highest_view_ = std::max(highest_view_, status.view);
  chain_.end_step(node);
  locks_.end_step(node);
  coverage_.end_step(node);
  sets_.end_step(node);
  state_.end_step(node);
  look_at_new_blocks();
  certificates_.end_step(node);
  views_.end_step(node, stored_.live(node).entered);
  std::optional<Height> slowest = chain_.tip();
  for (NodeIndex each = 0; each < live.size(); ++each) {
    if (live[each] && !is_faulty_[each]) slowest = std::min(slowest, chain_.committed(each));
  }
  progress_.end_step(node, judge_.now(), slowest, highest_view_);
}

void Monitor::forget_below(Height height) {
  certificates_.forget_below(chain_.block_at(height).justify.view);
  chain_.forget_below(height);
}

void Monitor::mark_faulty(NodeIndex node, std::string_view what) {
  for (const Misbehaviour& each : plan_.byzantine) {
    if (each.node != node) continue;
    marks_.count(std::string(byzantine::name_of(each.kind)) + ": " + std::string(what));
  }
}

void Monitor::on_raw(NodeIndex node, std::string_view kind) {
  mark_faulty(node, "bytes of a " + std::string(kind));
}

void Monitor::on_end(NodeIndex node, const Tally& tally) {
  if (!is_faulty_[node]) coverage_.on_end(tally);
}

void Monitor::on_word_of_faulty(NodeIndex node, const MessagePtr& message) {
  judge_.excuse(true);
  const auto look_at = [&](const Block& block) {
    if (app_.data_hash_of(block.data) != block.data_hash) return;  // [S04] false data, true hash
    chain_.on_word_of_faulty(node, std::shared_ptr<const Block>(message, &block));
    // What a faulty leader puts into its block is its own word as a client.
    for (const Hash& transaction : app_.transactions_in(block.data)) state_.on_submit(transaction);
  };
  if (const auto* proposal = std::get_if<Proposal>(message.get())) look_at(proposal->block);
  if (const auto* response = std::get_if<BlockSyncResponse>(message.get())) {
    for (const Block& block : response->blocks) look_at(block);
  }
  certificates_.on_send(node, *message);
  judge_.excuse(false);
}

void Monitor::on_healed() { progress_.on_healed(judge_.now(), chain_.tip()); }

}  // namespace hs::sim
