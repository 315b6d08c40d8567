#include "lib/sim/run_faulty.h"

#include "lib/sim/progress_oracle.h"

namespace hs::sim {
namespace {

constexpr std::uint64_t operations_each = 12;
constexpr std::uint64_t numbers_each = 1'000;

void give_work(World& world) {
  for (NodeIndex node = 0; node < world.size(); ++node) {
    for (std::uint64_t i = 0; i < operations_each; ++i) {
      world.submit(node, world.app().transaction(node * numbers_each + i, Height{}));
    }
  }
}

}  // namespace

void plan_amnesia(World& world) {
  const auto& amnesia = world.plan().amnesia;
  if (!amnesia) return;
  world.after(amnesia->copied_at, [&world, node = amnesia->node] { world.copy_disk(node); });
  world.after(amnesia->restored_at, [&world, node = amnesia->node] { world.restore_disk(node); });
}

void plan_rot(World& world) {
  const auto& rot = world.plan().disk.rot;
  if (rot) world.after(rot->at, [&world, node = rot->node] { world.damage_disk(node); });
}

void partition_by_view(World& world) {
  world.set_filter([&world](NodeIndex from, NodeIndex to, const Wire& wire) {
    const auto& partitions = world.plan().partitions;
    std::optional<View> view = wire.view;
    if (!view) view = world.status(from)->view;
    if (*view == View{} || view->value > partitions.size()) return true;
    const ViewPartition& partition = partitions[view->value - 1];
    return partition.group[from] == partition.group[to] && wire.kind != partition.muted;
  });
  world.after(world.plan().network.reconnect_max, [&world] { give_work(world); });
}

void run_fork(World& world) {
  const Plan& plan = world.plan();
  for (const char* rule : {"G1", "G2", "G5", "G6", "I11", "S57"}) world.judge().expect(rule);
  const ViewPartition& halves = plan.partitions.front();
  world.set_filter([&halves](NodeIndex from, NodeIndex to, const Wire&) {
    return halves.group[from] == halves.group[to];
  });
  world.after(milliseconds(500), [&world] { give_work(world); });
  const Duration bound = commit_bound(plan, world.cast());
  const Instant parted = world.now() + bound;
  while (world.monitor().highest_view().value < plan.views && world.advance(parted)) continue;
  world.heal_links();
  std::size_t honest = 0;
  for (NodeIndex node = 0; node < world.size(); ++node) honest += plan.is_faulty(node) ? 0 : 1;
  const Instant end = world.now() + bound;
  while (world.monitor().halted() < honest && world.advance(end)) continue;
  if (world.violation()) return;
  if (world.judge().count("G1") + world.judge().count("G2") == 0) {
    world.judge().violate("fork", 0, "no fork has come about: the run proves nothing");
  } else if (world.monitor().halted() < honest) {
    world.judge().violate("fork", 0, "a fork goes unnoticed by an honest node");
  } else {
    world.marks().count("fork noticed");
  }
}

}  // namespace hs::sim
