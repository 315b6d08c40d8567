// One step of a node's replica, and what becomes of its effects.
#include <utility>

#include "lib/codec/borsh.h"
#include "lib/sim/world.h"

namespace hs::sim {
namespace {

bool is_promise(const Message& message) {
  return std::holds_alternative<PhaseVote>(message) ||
         std::holds_alternative<TimeoutVote>(message) || std::holds_alternative<Proposal>(message);
}

const char* refusal_name(DiskFault fault) {
  switch (fault) {
    case DiskFault::write_error:
      return "write refused by the disk";
    case DiskFault::sync_error:
      return "sync refused by the disk";
    case DiskFault::full:
      return "write refused by a full disk";
  }
  return "";
}

}  // namespace

// Carries out one step in the order of drive.h, and drops dead in the middle where the node's armed
// crash says so: a dead process does nothing more.
class World::StepDriver {
 public:
  StepDriver(World& world, NodeIndex node, const Output& output)
      : world_(world), index_(node), node_(world.nodes_[node]), output_(output) {}

  void write(const WriteBatch& batch, bool sync) {
    const bool makes_record = output_.safety_record.has_value();
    if (dies_by_count() || dies_at(CrashPoint::before_write, makes_record))
      return mark_death("write");
    // What is refused may be on disk or not, as if it had not been synced.
    const bool is_refused = node_.disk->is_failing();
    world_.monitor_.on_write(index_, batch, sync && !is_refused, *node_.disk);
    try {
      node_.disk->write(batch, sync);
      has_written_ = true;
    } catch (const StoreFailure&) {
      if (!is_refused) throw;
      world_.marks().count(refusal_name(node_.disk_fault));
      is_refused_ = true;
      is_dead_ = true;
    }
  }
  void write_record(const SafetyRecord& record) {
    if (dies_by_count() || dies_at(CrashPoint::before_record, true)) return mark_death("record");
    world_.monitor_.on_record(index_, record, *node_.disk);
    node_.record.write(record, world_.now());
  }
  void send(const Recipient& to, const MessagePtr& message) {
    const bool counts = is_promise(*message);
    if (dies_by_count() || dies_at(CrashPoint::before_send, counts)) return mark_death("send");
    show_own_votes(message.get());
    const auto* peer = std::get_if<PublicKey>(&to);
    world_.monitor_.on_send(index_, peer == nullptr, message, *node_.disk);
    const auto wire =
        std::make_shared<const Wire>(to_borsh(*message), name_of(*message), view_of(*message));
    if (peer == nullptr) {
      broadcast(wire, std::holds_alternative<Proposal>(*message));
    } else {
      send_to(*peer, wire);
    }
    dies_at(CrashPoint::after_send, counts);
  }
  void send_raw(const byzantine::RawSend& raw) {
    if (is_dead_) return;
    world_.monitor_.on_raw(index_, raw.kind);
    const auto wire = std::make_shared<const Wire>(*raw.bytes, raw.kind);
    if (const auto* peer = std::get_if<PublicKey>(&raw.to)) {
      send_to(*peer, wire);
    } else {
      broadcast(wire, false);
    }
  }
  void tell(const Event& event) {
    if (is_dead_) return;
    world_.monitor_.on_event(index_, event, *node_.disk);
    world_.note(index_, event);
  }
  [[nodiscard]] const PublicKey& self() const { return world_.cast_.key(index_); }
  // A vote for oneself counts like any other, and in its place among the sends; it never comes to
  // send(). Up to that message, or to the end.
  void show_own_votes(const Message* next) {
    for (; shown_ < output_.sends.size() && !is_dead_; ++shown_) {
      const Send& each = output_.sends[shown_];
      const auto* peer = std::get_if<PublicKey>(&each.to);
      const bool is_own = peer != nullptr && *peer == self();
      if (is_own) {
        world_.monitor_.on_send(index_, false, each.message, *node_.disk);
      } else if (each.message.get() == next) {
        ++shown_;
        return;
      }
    }
  }
  [[nodiscard]] bool is_dead() const { return is_dead_; }
  // Is the step a part of the node's past, whatever became of its messages?
  [[nodiscard]] bool has_happened() const { return has_written_ || !is_dead_; }
  // The disk has refused it and may have it all the same.
  [[nodiscard]] bool may_have_happened() const { return is_refused_; }

 private:
  void send_to(const PublicKey& peer, const WirePtr& wire) {
    const auto target = world_.cast_.node_of(peer);
    if (!target) return;
    world_.send(index_, *target, wire);
    for (const Twin& twin : world_.plan_.twins) {
      if (twin.of == *target) world_.send(index_, twin.node, wire);
    }
  }
  void broadcast(const WirePtr& wire, bool is_proposal) {
    const bool picks = is_proposal && world_.network_.picks_on_proposal();
    for (NodeIndex to = 0; to < world_.nodes_.size(); ++to) {
      if (to != index_) world_.send(index_, to, wire, picks && world_.network_.leaves_out());
    }
  }
  // The next effect is at hand: is it the one before which somebody dies?
  bool dies_by_count() {
    if (!is_dead_ && ++world_.effects_ == world_.fatal_effect_) {
      node_.armed = world_.fatal_crash_;
      is_dead_ = true;
    }
    return is_dead_;
  }
  // The first effect that a process does not live to carry out.
  void mark_death(const char* before) {
    if (!std::exchange(death_is_marked_, true)) {
      world_.marks().count(std::string("crash before a ") + before);
    }
  }
  bool dies_at(CrashPoint point, bool applies) {
    if (applies && node_.armed && node_.armed->point == point) is_dead_ = true;
    return is_dead_;
  }

  World& world_;
  NodeIndex index_;
  Node& node_;
  const Output& output_;
  std::size_t shown_ = 0;  // sends that the monitor knows of
  bool has_written_ = false;
  bool is_refused_ = false;
  bool is_dead_ = false;
  bool death_is_marked_ = false;
};

void World::step(NodeIndex node, const Input& input) {
  acting_ = node;
  Node& mine = nodes_[node];
  bool dies = false;
  ReplicaStatus status;
  try {
    const Output output = mine.process->replica->step(mine.clock.local(now()), input);
    StepDriver driver(*this, node, output);
    act_on(output, driver, mine.process->to_self);
    for (const auto& raw : mine.process->replica->take_raw()) driver.send_raw(raw);
    driver.show_own_votes(nullptr);
    const Replica& replica = mine.process->replica->honest();
    status = replica.status();
    if (driver.has_happened() || driver.may_have_happened()) {
      monitor_.on_step(node, input, output, replica.validators(), status, driver.has_happened());
    }
    dies = driver.is_dead();
  } catch (const StoreFailure& failure) {
    on_store_failure(node, "the store fails", failure);
    return;
  }
  if (dies) {
    die(node);
    return;
  }
  const Replica& replica = mine.process->replica->honest();
  monitor_.end_step(node, status, replica.recount_buffered_bytes(), live_);
  plan_next(node);
}

void World::give(NodeIndex node, const Input& input) {
  Node& mine = nodes_[node];
  if (!mine.is_running()) return;
  if (mine.process->is_paused) {
    mine.process->inbox.push_back(input);
  } else {
    step(node, input);
  }
}

}  // namespace hs::sim
