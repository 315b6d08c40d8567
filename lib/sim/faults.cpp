#include "lib/sim/faults.h"

#include <algorithm>

namespace hs::sim {
namespace {

using Groups = std::vector<std::vector<NodeIndex>>;

std::vector<NodeIndex> shuffled_nodes(std::size_t count, Rng& rng) {
  std::vector<NodeIndex> nodes(count);
  for (NodeIndex node = 0; node < count; ++node) nodes[node] = node;
  for (std::size_t i = count; i > 1; --i) std::swap(nodes[i - 1], nodes[rng.below(i)]);
  return nodes;
}

// Two halves, or as many groups as there are nodes at most; with a bridge, one node that all reach.
Groups draw_groups(std::size_t count, Rng& rng, bool with_bridge) {
  const std::vector<NodeIndex> nodes = shuffled_nodes(count, rng);
  const std::size_t group_count =
      rng.chance(1, 2) ? 2 : rng.between(2, std::max<std::size_t>(count, 2));
  Groups groups(group_count);
  for (std::size_t i = 0; i < nodes.size(); ++i) groups[i % group_count].push_back(nodes[i]);
  if (with_bridge) {
    for (std::size_t i = 1; i < groups.size(); ++i) groups[i].push_back(nodes.front());
  }
  return groups;
}

using Cuts = std::vector<std::pair<NodeIndex, NodeIndex>>;

// Nodes reach those of their own groups only.
Cuts cuts_between(const Groups& groups, std::size_t count) {
  std::vector<bool> is_whole(count * count, false);
  for (const auto& group : groups) {
    for (const NodeIndex from : group) {
      for (const NodeIndex to : group) is_whole[from * count + to] = true;
    }
  }
  Cuts cuts;
  for (NodeIndex from = 0; from < count; ++from) {
    for (NodeIndex to = 0; to < count; ++to) {
      if (from != to && !is_whole[from * count + to]) cuts.emplace_back(from, to);
    }
  }
  return cuts;
}

Cuts cuts_around(NodeIndex node, std::size_t count, bool hears, bool is_heard) {
  Cuts cuts;
  for (NodeIndex other = 0; other < count; ++other) {
    if (other == node) continue;
    if (!is_heard) cuts.emplace_back(node, other);
    if (!hears) cuts.emplace_back(other, node);
  }
  return cuts;
}

}  // namespace

Duration Faults::draw(Duration low, Duration high) {
  if (high <= low) return low;
  return low + Duration(static_cast<Duration::rep>(
                   rng_.below(static_cast<std::uint64_t>((high - low).count()))));
}

Duration Faults::draw_length() {
  const FaultPlan& plan = world_.plan().faults;
  return draw(std::max(plan.away_min, milliseconds(1) + Duration{0}),
              std::max(plan.length_max, plan.away_min));
}

void Faults::begin() {
  if (world_.plan().faults.interval_max <= Duration{0}) return;
  if (tape_.play != nullptr) return schedule_played(0);
  schedule_next();
}

void Faults::schedule_next() {
  const Duration delay = draw(Duration{0}, world_.plan().faults.interval_max);
  // On tape already now: that one was due changes what happens at the same instant.
  if (tape_.record != nullptr) tape_.record->faults.push_back({.at = world_.now() + delay});
  world_.after(delay, [this] {
    if (is_over_) return;
    const FaultEvent event = draw_event();
    if (tape_.record != nullptr) tape_.record->faults.back() = event;
    strike(event);
    schedule_next();
  });
}

void Faults::schedule_played(std::size_t number) {
  if (number >= tape_.play->faults.size()) return;
  world_.at(tape_.play->faults[number].at, [this, number] {
    if (is_over_) return;
    strike(tape_.play->faults[number]);
    schedule_played(number + 1);
  });
}

FaultEvent Faults::draw_event() {
  const FaultPlan& plan = world_.plan().faults;
  FaultEvent event;
  const std::uint64_t total = std::uint64_t{plan.crash_weight} + plan.crash_all_weight +
                              plan.partition_weight + plan.pause_weight + plan.disk_weight;
  std::uint64_t drawn = total == 0 ? 0 : rng_.below(total);
  if (total == 0) {
    event.kind = FaultEvent::Kind::nothing;
  } else if (drawn < plan.crash_weight) {
    event = draw_crash_of_one();
  } else if ((drawn -= plan.crash_weight) < plan.crash_all_weight) {
    event = draw_crash_of_all();
  } else if ((drawn -= plan.crash_all_weight) < plan.partition_weight) {
    event = draw_split();
  } else if (drawn - plan.partition_weight < plan.pause_weight) {
    event = draw_pause();
  } else {
    event = draw_disk_failure();
  }
  event.at = world_.now();
  return event;
}

// None while as many as may be away are away already.
std::optional<NodeIndex> Faults::draw_awake() {
  std::vector<NodeIndex> awake;
  for (NodeIndex node = 0; node < world_.size(); ++node) {
    if (world_.is_awake(node)) awake.push_back(node);
  }
  const std::size_t away = world_.size() - awake.size();
  if (awake.empty() || away >= world_.plan().faults.down_max) return std::nullopt;
  return awake[rng_.below(awake.size())];
}

Survival Faults::draw_survival() {
  if (!world_.plan().faults.power_loss) return Survival::all;
  return static_cast<Survival>(rng_.below(4));
}

ArmedCrash Faults::draw_crash() {
  return {.point = static_cast<CrashPoint>(rng_.below(5)),
          .survival = draw_survival(),
          .away = draw_length()};
}

FaultEvent Faults::draw_crash_of_one() {
  const std::optional<NodeIndex> node = draw_awake();
  if (!node) return {};
  return {.kind = FaultEvent::Kind::crash, .nodes = {{.node = *node, .how = draw_crash()}}};
}

FaultEvent Faults::draw_crash_of_all() {
  FaultEvent event{.kind = FaultEvent::Kind::crash, .name = "all crash"};
  const bool is_storm = rng_.chance(1, 3);  // they come back at different times
  const Duration away = draw(milliseconds(1), world_.plan().config.view_timeout);
  for (NodeIndex node = 0; node < world_.size(); ++node) {
    if (!world_.is_running(node)) continue;
    const Survival survival = draw_survival();
    event.nodes.push_back({.node = node,
                           .how = {.point = CrashPoint::at_once,
                                   .survival = survival,
                                   .away = is_storm ? draw_length() : away}});
  }
  return event;
}

FaultEvent Faults::draw_split() {
  const std::size_t count = world_.size();
  FaultEvent event{.kind = FaultEvent::Kind::split};
  switch (rng_.below(5)) {
    case 0:
      event.name = "partition: one isolated";
      event.cuts = cuts_around(rng_.below(count), count, false, false);
      break;
    case 1:
      event.name = "partition: groups";
      event.cuts = cuts_between(draw_groups(count, rng_, false), count);
      break;
    case 2:
      event.name = "partition: bridge";
      event.cuts = cuts_between(draw_groups(count, rng_, true), count);
      break;
    case 3: {  // hears the others, is not heard, or the reverse
      event.name = "partition: one way";
      const NodeIndex node = rng_.below(count);
      const bool is_deaf = rng_.chance(1, 2);
      event.cuts = cuts_around(node, count, !is_deaf, is_deaf);
      break;
    }
    default:
      event.name = "partition: random links";
      for (NodeIndex from = 0; from < count; ++from) {
        for (NodeIndex to = 0; to < count; ++to) {
          if (rng_.chance(1, 4)) event.cuts.emplace_back(from, to);
        }
      }
      break;
  }
  event.length = draw_length();
  return event;
}

FaultEvent Faults::draw_pause() {
  const std::optional<NodeIndex> node = draw_awake();
  if (!node) return {};
  return {.kind = FaultEvent::Kind::pause,
          .nodes = {{.node = *node, .how = {.away = draw_length()}}}};
}

FaultEvent Faults::draw_disk_failure() {
  const std::optional<NodeIndex> node = draw_awake();
  if (!node) return {};
  FaultEvent event{.kind = FaultEvent::Kind::disk};
  event.disk = static_cast<DiskFault>(rng_.below(3));
  // The pages that could not be synced are lost, or have been written after all.
  const auto survival = static_cast<Survival>(rng_.below(4));
  event.nodes.push_back(
      {.node = *node,
       .how = {.point = CrashPoint::failed_write, .survival = survival, .away = draw_length()}});
  return event;
}

void Faults::strike(const FaultEvent& event) {
  if (!event.name.empty()) world_.marks().count(event.name);
  switch (event.kind) {
    case FaultEvent::Kind::nothing:
      break;
    case FaultEvent::Kind::crash:
      for (const FaultEvent::Fate& fate : event.nodes) crash(fate);
      break;
    case FaultEvent::Kind::pause: {
      const NodeIndex node = event.nodes.front().node;
      world_.pause(node);
      world_.after(*event.nodes.front().how.away, [this, node] { world_.resume(node); });
      break;
    }
    case FaultEvent::Kind::split:
      split(event);
      break;
    case FaultEvent::Kind::disk:
      world_.fail_disk(event.nodes.front().node, event.disk, event.nodes.front().how);
      break;
  }
}

void Faults::crash(const FaultEvent::Fate& fate) {
  if (fate.how.point != CrashPoint::at_once) {
    world_.arm(fate.node, fate.how);
    return;
  }
  world_.crash(fate.node, fate.how.survival);
  world_.after(*fate.how.away, [this, node = fate.node] { world_.start(node); });
}

void Faults::split(const FaultEvent& event) {
  Network& network = world_.network();
  network.reconnect_all();
  for (const auto& [from, to] : event.cuts) network.cut(from, to, true);
  world_.links_changed();
  world_.after(event.length, [this, split = ++split_] {
    if (is_over_ || split != split_) return;
    world_.network().reconnect_all();
    world_.links_changed();
  });
}

}  // namespace hs::sim
