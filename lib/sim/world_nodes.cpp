// The lives of the nodes of a world: processes that start, pause and die, and the disks they leave.
#include "lib/base/check.h"
#include "lib/blocktree/block_tree.h"
#include "lib/codec/borsh.h"
#include "lib/sim/counter_app.h"
#include "lib/sim/world.h"

namespace hs::sim {
namespace {

byzantine::Kind kind_of(const Plan& plan, NodeIndex node) {
  for (const Misbehaviour& each : plan.byzantine) {
    if (each.node == node) return each.kind;
  }
  return byzantine::Kind::honest;
}

}  // namespace

void World::start(NodeIndex node) {
  Node& mine = nodes_[node];
  if (mine.is_running()) return;
  acting_ = node;
  const std::optional<SafetyRecord> record = mine.record.read();
  try {
    mine.disk->open();
    if (mine.disk->is_empty()) {
      const Status initialised =
          initialise(*mine.disk, {.app_state = {}, .validators = cast_.validators()});
      HS_CHECK(initialised.has_value());
    }
    monitor_.on_start(node, *mine.disk, record);
    ++mine.incarnation;
    const std::string stream =
        "replica " + std::to_string(node) + " " + std::to_string(mine.incarnation);
    mine.process = std::make_unique<Process>();
    live_[node] = true;
    mine.process->app = app_->start(*mine.disk);
    mine.process->replica = std::make_unique<byzantine::Wrapper>(
        plan_.config, cast_.secret(node), *mine.disk, *mine.process->app,
        Rng(plan_.seed).substream(stream), record, mine.clock.local(now()), kind_of(plan_, node));
    monitor_.on_started(node, mine.process->replica->honest(), *mine.disk, record);
  } catch (const StoreFailure& failure) {
    on_store_failure(node, "refuses to start", failure);
    return;
  }
  if (mine.disk->has_torn_tail()) marks().count("start over a torn record");
  note(node, "starts");
  plan_next(node);
  for (NodeIndex other = 0; other < nodes_.size(); ++other) {
    if (other != node) schedule_link_check(node, other, network_.connect_delay(node, other));
  }
}

void World::on_store_failure(NodeIndex node, const char* what, const StoreFailure& failure) {
  Node& mine = nodes_[node];
  if (!mine.is_damaged) {
    judge_.violate("crash", node, std::string(what) + ": " + failure.what());
    return;
  }
  // Its operator sees the error and does what it says: the data are had again from the others.
  monitor_.marks().count("damage found by a node");
  note(node, std::string(what) + ": " + failure.what());
  crash(node, Survival::all);
  mine.disk->wipe();
  mine.is_damaged = false;
  after(plan_.config.view_timeout, [this, node] { start(node); });
}

void World::damage_disk(NodeIndex node) {
  Node& mine = nodes_[node];
  crash(node, Survival::all);
  if (mine.disk->flip_bit(disk_rng_)) {
    mine.is_damaged = true;
    monitor_.marks().count("bit flipped on a disk");
  }
  start(node);
}

void World::fail_disk(NodeIndex node, DiskFault fault, const ArmedCrash& how) {
  Node& mine = nodes_[node];
  if (!mine.is_running()) return;
  mine.armed = how;
  mine.armed->point = CrashPoint::failed_write;
  mine.disk->fail(fault);
  mine.disk_fault = fault;
}

void World::die(NodeIndex node) {
  const ArmedCrash how = nodes_[node].armed.value_or(ArmedCrash{});
  monitor_.marks().count("crash in a step");
  crash(node, how.survival);
  if (how.away) after(*how.away, [this, node] { start(node); });
}

void World::crash(NodeIndex node, Survival survival) {
  Node& mine = nodes_[node];
  if (!mine.is_running()) return;
  if (mine.process->replica) monitor_.on_end(node, mine.process->replica->honest().tally());
  mine.process.reset();
  mine.armed.reset();
  mine.next_tick.reset();
  mine.next_self.reset();
  live_[node] = false;
  mine.disk->crash(survival, disk_rng_);
  mine.record.crash(survival, disk_rng_);
  monitor_.on_crash(node, *mine.disk);
  monitor_.marks().count(survival == Survival::all ? "process killed" : "power lost");
  note(node, "dies");
  for (NodeIndex other = 0; other < nodes_.size(); ++other) {
    if (other != node) schedule_link_check(node, other, network_.close_delay(node, other));
  }
}

void World::arm(NodeIndex node, const ArmedCrash& crash) { nodes_[node].armed = crash; }

void World::crash_at_effect(std::uint64_t number, const ArmedCrash& how) {
  fatal_effect_ = number;
  fatal_crash_ = how;
}

void World::pause(NodeIndex node) {
  if (!nodes_[node].is_running()) return;
  nodes_[node].process->is_paused = true;
  monitor_.marks().count("pause");
  note(node, "pauses");
}

void World::resume(NodeIndex node) {
  Node& mine = nodes_[node];
  if (!mine.is_running() || !mine.process->is_paused) return;
  mine.process->is_paused = false;
  note(node, "resumes");
  const std::vector<Input> inbox = std::exchange(mine.process->inbox, {});
  for (const Input& input : inbox) {
    give(node, input);  // a crash in the middle loses the rest
  }
  if (mine.is_running()) plan_next(node);
}

std::optional<ReplicaStatus> World::status(NodeIndex node) const {
  if (!is_running(node)) return std::nullopt;
  return nodes_[node].process->replica->honest().status();
}

World::AppState World::app_state(NodeIndex node) const {
  if (!is_awake(node)) return nullptr;
  return [&disk = *nodes_[node].disk](BytesView key) { return TreeReader(disk).app_value(key); };
}

std::uint64_t World::app_number(NodeIndex node) const {
  if (nodes_[node].is_damaged) return 0;  // what it holds may be unreadable
  const auto stored = TreeReader(*nodes_[node].disk).app_value(counter_app_key());
  if (!stored) return 0;
  return BorshReader(*stored).u64().value_or(0);
}

void World::copy_disk(NodeIndex node) {
  nodes_[node].copy = DiskCopy{.disk = nodes_[node].disk->copy(), .record = nodes_[node].record};
}

void World::restore_disk(NodeIndex node) {
  Node& mine = nodes_[node];
  if (!mine.copy) return;
  crash(node, Survival::all);
  mine.disk = mine.copy->disk->copy();
  mine.record = mine.copy->record;
  monitor_.marks().count("disk put back");
  start(node);
}

}  // namespace hs::sim
