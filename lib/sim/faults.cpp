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
  if (world_.plan().faults.interval_max > Duration{0}) schedule_next();
}

void Faults::schedule_next() {
  world_.after(draw(Duration{0}, world_.plan().faults.interval_max), [this] {
    if (is_over_) return;
    strike();
    schedule_next();
  });
}

void Faults::strike() {
  const FaultPlan& plan = world_.plan().faults;
  const std::uint64_t total = std::uint64_t{plan.crash_weight} + plan.crash_all_weight +
                              plan.partition_weight + plan.pause_weight + plan.disk_weight;
  if (total == 0) return;
  std::uint64_t drawn = rng_.below(total);
  if (drawn < plan.crash_weight) return crash_one();
  drawn -= plan.crash_weight;
  if (drawn < plan.crash_all_weight) return crash_all();
  drawn -= plan.crash_all_weight;
  if (drawn < plan.partition_weight) return split();
  drawn -= plan.partition_weight;
  if (drawn < plan.pause_weight) return pause_one();
  fail_one_disk();
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

void Faults::crash_one() {
  const std::optional<NodeIndex> node = draw_awake();
  if (!node) return;
  const ArmedCrash crash = draw_crash();
  if (crash.point != CrashPoint::at_once) {
    world_.arm(*node, crash);
    return;
  }
  world_.crash(*node, crash.survival);
  world_.after(*crash.away, [this, node = *node] { world_.start(node); });
}

void Faults::crash_all() {
  world_.marks().count("all crash");
  const bool is_storm = rng_.chance(1, 3);  // they come back at different times
  const Duration away = draw(milliseconds(1), world_.plan().config.view_timeout);
  for (NodeIndex node = 0; node < world_.size(); ++node) {
    if (!world_.is_running(node)) continue;
    world_.crash(node, draw_survival());
    world_.after(is_storm ? draw_length() : away, [this, node] { world_.start(node); });
  }
}

void Faults::split() {
  Network& network = world_.network();
  const std::size_t count = world_.size();
  network.reconnect_all();
  switch (rng_.below(5)) {
    case 0:
      world_.marks().count("partition: one isolated");
      network.isolate(rng_.below(count));
      break;
    case 1:
      world_.marks().count("partition: groups");
      network.partition(draw_groups(count, rng_, false));
      break;
    case 2:
      world_.marks().count("partition: bridge");
      network.partition(draw_groups(count, rng_, true));
      break;
    case 3: {  // hears the others, is not heard, or the reverse
      world_.marks().count("partition: one way");
      const NodeIndex node = rng_.below(count);
      const bool is_deaf = rng_.chance(1, 2);
      for (NodeIndex other = 0; other < count; ++other) {
        network.cut(is_deaf ? other : node, is_deaf ? node : other, true);
      }
      break;
    }
    default:
      world_.marks().count("partition: random links");
      for (NodeIndex from = 0; from < count; ++from) {
        for (NodeIndex to = 0; to < count; ++to) network.cut(from, to, rng_.chance(1, 4));
      }
      break;
  }
  world_.links_changed();
  world_.after(draw_length(), [this, split = ++split_] {
    if (is_over_ || split != split_) return;
    world_.network().reconnect_all();
    world_.links_changed();
  });
}

void Faults::fail_one_disk() {
  const std::optional<NodeIndex> node = draw_awake();
  if (!node) return;
  const auto fault = static_cast<DiskFault>(rng_.below(3));
  // The pages that could not be synced are lost, or have been written after all.
  world_.fail_disk(*node, fault,
                   {.point = CrashPoint::failed_write,
                    .survival = static_cast<Survival>(rng_.below(4)),
                    .away = draw_length()});
}

void Faults::pause_one() {
  const std::optional<NodeIndex> node = draw_awake();
  if (!node) return;
  world_.pause(*node);
  world_.after(draw_length(), [this, node = *node] { world_.resume(node); });
}

}  // namespace hs::sim
