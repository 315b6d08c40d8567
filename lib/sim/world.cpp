#include "lib/sim/world.h"

#include <algorithm>

#include "lib/base/check.h"
#include "lib/blocktree/key_table.h"
#include "lib/sim/store_audit.h"
#include "lib/sim/trace.h"

namespace hs::sim {
namespace {

constexpr std::uint64_t ticks_at_one_instant_max = 10'000;  // more is a node that spins [S41]

Duration clock_offset(Rng& rng) {
  return std::chrono::seconds(static_cast<std::int64_t>(rng.below(1'000'000)));
}

}  // namespace

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

// ---- clients ----

bool World::submit(NodeIndex node, BytesView transaction) {
  Node& mine = nodes_[node];
  if (!mine.is_awake()) return false;
  monitor_.on_submit(transaction);
  if (monitor_.is_committed(transaction)) marks().count("committed transaction sent again");
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

void World::count_tallies() {
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (is_running(node)) monitor_.on_end(node, nodes_[node].process->replica->honest().tally());
  }
}

void World::audit() {
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].disk->is_empty() || monitor_.is_faulty(node)) continue;
    const Disk& disk = *nodes_[node].disk;
    audit_store(
        node, [&](const KvReader::Visitor& visit) { disk.walk(visit); }, judge_);
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
