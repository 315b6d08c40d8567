#include "lib/sim/world.h"

#include <algorithm>

#include "lib/base/check.h"
#include "lib/blocktree/block_tree.h"
#include "lib/blocktree/key_table.h"
#include "lib/codec/borsh.h"
#include "lib/sim/counter_app.h"
#include "lib/sim/store_audit.h"
#include "lib/sim/trace.h"

namespace hs::sim {
namespace {

constexpr std::uint64_t ticks_at_one_instant_max = 10'000;  // more is a node that spins [S41]

bool is_promise(const Message& message) {
  return std::holds_alternative<PhaseVote>(message) ||
         std::holds_alternative<TimeoutVote>(message) || std::holds_alternative<Proposal>(message);
}

byzantine::Kind kind_of(const Plan& plan, NodeIndex node) {
  for (const Misbehaviour& each : plan.byzantine) {
    if (each.node == node) return each.kind;
  }
  return byzantine::Kind::honest;
}

Duration clock_offset(Rng& rng) {
  return std::chrono::seconds(static_cast<std::int64_t>(rng.below(1'000'000)));
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
    if (dies_by_count() || dies_at(CrashPoint::before_write, makes_record)) return;
    // What is refused may be on disk or not, as if it had not been synced.
    const bool is_refused = node_.disk->is_failing();
    world_.monitor_.on_write(index_, batch, sync && !is_refused, *node_.disk);
    try {
      node_.disk->write(batch, sync);
      has_written_ = true;
    } catch (const StoreFailure&) {
      if (!is_refused) throw;
      world_.marks().count("write refused by the disk");
      is_refused_ = true;
      is_dead_ = true;
    }
  }
  void write_record(const SafetyRecord& record) {
    if (dies_by_count() || dies_at(CrashPoint::before_record, true)) return;
    world_.monitor_.on_record(index_, record);
    node_.record.write(record, world_.now());
  }
  void send(const Recipient& to, const MessagePtr& message) {
    const bool counts = is_promise(*message);
    if (dies_by_count() || dies_at(CrashPoint::before_send, counts)) return;
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
};

World::World(const Plan& plan, TraceSink trace, TapeUse tape, const DiskFactory& real_disk)
    : plan_(plan),
      trace_(std::move(trace)),
      cast_(plan),
      app_(make_app_kit(plan.work, plan.config.chain_id, cast_.validators())),
      monitor_(plan_, cast_, *app_, judge_),
      disk_rng_(Rng(plan.seed ^ plan.crash.value_or(CountedCrash{}).effect).substream("disk")),
      tick_rng_(Rng(plan.seed).substream("ticks")),
      queue_(plan.seed),
      network_(plan.network, plan.nodes(), Rng(plan.seed).substream("network"), tape),
      live_(plan.nodes(), false),
      connections_(plan.nodes() * plan.nodes()) {
  Rng clocks = Rng(plan.seed).substream("clocks");
  HS_CHECK(!plan.disk.is_real || real_disk != nullptr);
  for (const std::int32_t drift : plan.drift_ppm) {
    nodes_.emplace_back(NodeClock(drift, clock_offset(clocks)),
                        plan.disk.is_real ? real_disk() : std::make_unique<SimDisk>());
  }
}

World::~World() = default;

void World::note(NodeIndex node, const std::string& what) {
  if (trace_) trace_(now(), node, what);
  if (story_ == nullptr) return;
  story_->add({.kind = Story::Mark::Kind::fault, .node = node, .at = now(), .text = what});
}

void World::note(NodeIndex node, const Event& event) {
  if (trace_) trace_(now(), node, describe(event, cast_));
  if (story_ == nullptr) return;
  Story::Mark mark{.node = node, .at = now(), .text = {}};
  if (const auto* view = std::get_if<event::StartView>(&event)) {
    mark.kind = Story::Mark::Kind::view;
    mark.number = view->view.value;
  } else if (const auto* committed = std::get_if<event::CommitBlock>(&event)) {
    mark.kind = Story::Mark::Kind::commit;
    mark.number = committed->height.value;
  } else if (std::holds_alternative<event::SafetyViolation>(event)) {
    mark.text = "stops for good";
  } else {
    return;
  }
  story_->add(std::move(mark));
}

// ---- time ----

struct World::Due {
  enum class Kind { queue, tick, self } kind;
  NodeIndex node;
  Instant at;
  std::uint64_t tie;
};

std::optional<World::Due> World::next_due() const {
  std::optional<Due> first;
  const auto consider = [&](const Due& due) {
    if (!first || std::tie(due.at, due.tie) < std::tie(first->at, first->tie)) first = due;
  };
  if (!queue_.empty()) {
    const Happening& front = queue_.front();
    consider({.kind = Due::Kind::queue, .node = 0, .at = front.at, .tie = front.tie});
  }
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    const Node& each = nodes_[node];
    if (!each.is_awake()) continue;
    const auto tie = [&](Instant at, std::uint64_t kind) {
      const auto time = static_cast<std::uint64_t>(at.time_since_epoch().count());
      return tie_of(plan_.seed, time ^ (node << 56) ^ (kind << 63));
    };
    if (each.next_tick) {
      consider({Due::Kind::tick, node, *each.next_tick, tie(*each.next_tick, 0)});
    }
    if (each.next_self) {
      consider({Due::Kind::self, node, *each.next_self, tie(*each.next_self, 1)});
    }
  }
  return first;
}

bool World::advance(Instant until) {
  if (judge_.violation()) return false;
  const std::optional<Due> due = next_due();
  if (!due || due->at > until) {
    judge_.set_time(std::max(now(), until));
    return false;
  }
  if (due->at > now()) ticks_at_this_instant_ = 0;
  judge_.set_time(std::max(now(), due->at));
  switch (due->kind) {
    case Due::Kind::queue: {
      Happening happening = queue_.pop();
      if (auto* chore = std::get_if<Chore>(&happening.what)) {
        (*chore)();
      } else {
        deliver(std::get<Delivery>(happening.what));
      }
      break;
    }
    case Due::Kind::tick:
      if (++ticks_at_this_instant_ > ticks_at_one_instant_max) {
        judge_.violate("S41", due->node, "asks to be called again and again without time passing");
      }
      step(due->node, Tick{});
      break;
    case Due::Kind::self: {
      Process& process = *nodes_[due->node].process;
      const MessagePtr message = process.to_self.front();
      process.to_self.pop_front();
      step(due->node, FromPeer{.origin = cast_.key(due->node), .message = message, .bytes = 0});
      break;
    }
  }
  return !judge_.violation();
}

void World::plan_next(NodeIndex node) {
  Node& mine = nodes_[node];
  const std::optional<Instant> deadline = mine.process->replica->next_deadline();
  mine.next_tick.reset();
  if (deadline) mine.next_tick = std::max(now(), mine.clock.world(*deadline));
  if (mine.process->to_self.empty()) {
    mine.next_self.reset();
  } else if (!mine.next_self || *mine.next_self <= now()) {
    mine.next_self = now() + plan_.turn;
  }
}

// ---- nodes ----

void World::step(NodeIndex node, const Input& input) {
  Node& mine = nodes_[node];
  bool dies = false;
  try {
    const Output output = mine.process->replica->step(mine.clock.local(now()), input);
    StepDriver driver(*this, node, output);
    act_on(output, driver, mine.process->to_self);
    for (const auto& raw : mine.process->replica->take_raw()) driver.send_raw(raw);
    driver.show_own_votes(nullptr);
    if (driver.has_happened() || driver.may_have_happened()) {
      monitor_.on_step(node, input, output, mine.process->replica->honest(), driver.has_happened());
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
  monitor_.end_step(node, mine.process->replica->honest().status(), live_);
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

void World::start(NodeIndex node) {
  Node& mine = nodes_[node];
  if (mine.is_running()) return;
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

// ---- clients ----

bool World::submit(NodeIndex node, BytesView transaction) {
  Node& mine = nodes_[node];
  if (!mine.is_awake()) return false;
  monitor_.on_submit(transaction);
  const Status admitted = mine.process->app->admit(transaction);
  if (!admitted) return true;  // the app's decision, and the client's to try elsewhere
  step(node, WorkAvailable{});
  return true;
}

void World::forget_below(Height height) {
  WriteBatch batch;
  for (; forgotten_below_ < height; forgotten_below_ = next(forgotten_below_)) {
    const Block& block = monitor_.chain().block_at(forgotten_below_);
    batch.erase(key::block_height(block.hash));
    batch.erase(key::block_justify(block.hash));
    batch.erase(key::block_data_hash(block.hash));
    batch.erase(key::block_data_length(block.hash));
    batch.erase(key::children(block.hash));
    for (std::uint32_t i = 0; i < block.data.size(); ++i) {
      batch.erase(key::block_datum(block.hash, i));
    }
  }
  for (Node& node : nodes_) node.disk->write(batch, true);
  monitor_.forget_below(height);
}

void World::audit() {
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].disk->is_empty() || monitor_.is_faulty(node)) continue;
    audit_store(node, *nodes_[node].disk, judge_);
  }
}

void World::heal_links() {
  filter_ = nullptr;
  network_.calm_down();
  links_changed();
  note(0, "the network heals");
}

void World::heal() {
  network_.calm_down();
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    const bool is_dead = std::find(plan_.dead.begin(), plan_.dead.end(), node) != plan_.dead.end();
    if (is_dead) continue;
    if (nodes_[node].disk->is_failing()) crash(node, Survival::none);
    disarm(node);
    resume(node);
    start(node);
  }
  links_changed();
  monitor_.on_healed();
  note(0, "the network heals");
}

}  // namespace hs::sim
