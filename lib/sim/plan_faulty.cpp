#include "lib/sim/plan_faulty.h"

#include <algorithm>

namespace hs::sim {
namespace {

using byzantine::Kind;

constexpr std::array kinds_of_members{
    Kind::silent,    Kind::crash_late, Kind::equivocate, Kind::double_vote, Kind::withhold_vote,
    Kind::selective, Kind::hide_pc,    Kind::stale,      Kind::future_spam, Kind::key_spam,
    Kind::garbage,   Kind::mutate,     Kind::lying_sync, Kind::wrong_chain};
constexpr std::uint64_t enumerated_views = 4;
constexpr std::uint64_t enumerated_nodes = 4;
constexpr std::uint64_t twins_views = 8;
constexpr std::uint64_t fork_views = 40;  // until the halves meet
constexpr std::uint64_t views_after_partitions = 6;

std::vector<NodeIndex> members_in_random_order(Rng& rng, const Plan& plan) {
  std::vector<NodeIndex> members;
  for (NodeIndex node = 0; node < plan.nodes(); ++node) {
    if (plan.powers[node] > Power{0}) members.push_back(node);
  }
  for (std::size_t i = members.size(); i > 1; --i) {
    std::swap(members[i - 1], members[rng.below(i)]);
  }
  return members;
}

// As many as may be faulty together.
std::vector<NodeIndex> draw_faulty(Rng& rng, const Plan& plan) {
  std::uint64_t total = 0;
  for (const Power power : plan.powers) total += power.value;
  std::vector<NodeIndex> faulty;
  std::uint64_t power = 0;
  for (const NodeIndex node : members_in_random_order(rng, plan)) {
    if (3 * (power + plan.powers[node].value) >= total) continue;
    power += plan.powers[node].value;
    faulty.push_back(node);
  }
  return faulty;
}

void add_twin(Plan& plan, NodeIndex of) {
  plan.twins.push_back({.node = plan.nodes(), .of = of});
  plan.powers.push_back(Power{0});
}

Duration draw_time(Rng& rng, Duration low, Duration high) {
  return Duration(static_cast<Duration::rep>(rng.between(
      static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count()))));
}

// Everybody works from its own pool, so that no two proposals are equal by chance.
void give_each_its_own_work(Plan& plan) {
  plan.work = {};
  plan.work.operations_per_block = 1;
}

}  // namespace

bool Plan::is_faulty(NodeIndex node) const {
  const auto is_it = [&](const Misbehaviour& each) { return each.node == node; };
  const auto is_twin = [&](const Twin& each) { return each.node == node || each.of == node; };
  return std::any_of(byzantine.begin(), byzantine.end(), is_it) ||
         std::any_of(twins.begin(), twins.end(), is_twin) || (amnesia && amnesia->node == node) ||
         (disk.rot && disk.rot->node == node);
}

void draw_byzantine(Rng& rng, Plan& plan) {
  const std::vector<NodeIndex> faulty = draw_faulty(rng, plan);
  if (rng.chance(1, 2)) {
    plan.byzantine.push_back({.node = plan.nodes(), .kind = Kind::old_set});
    plan.powers.push_back(Power{0});
  }
  const Kind common = kinds_of_members[rng.below(kinds_of_members.size())];
  const bool is_mixed = rng.chance(1, 2);
  for (const NodeIndex node : faulty) {
    if (rng.chance(1, 10)) {
      add_twin(plan, node);
      continue;
    }
    if (!plan.amnesia && rng.chance(1, 10)) {
      const Duration timeout = plan.config.view_timeout;
      const Duration copied = draw_time(rng, timeout, 20 * timeout);
      plan.amnesia = Amnesia{.node = node,
                             .copied_at = copied,
                             .restored_at = copied + draw_time(rng, timeout, 20 * timeout)};
      continue;
    }
    const Kind kind = is_mixed ? kinds_of_members[rng.below(kinds_of_members.size())] : common;
    plan.byzantine.push_back({.node = node, .kind = kind});
  }
}

void draw_changes_beside_them(Rng& rng, Plan& plan) {
  if (!plan.twins.empty()) return;
  plan.work.app = AppKind::counter;
  plan.powers.resize(plan.nodes() + rng.between(1, 4), Power{0});
  plan.churn.interval_max = draw_time(rng, milliseconds(100), 20 * plan.config.view_timeout);
  plan.churn.changes_max = static_cast<std::uint32_t>(rng.between(1, 20));
}

void draw_spammers(Rng& rng, Plan& plan) {
  for (const NodeIndex node : draw_faulty(rng, plan)) {
    plan.byzantine.push_back({.node = node, .kind = Kind::future_spam});
  }
}

void draw_disks(Rng& rng, Plan& plan) {
  plan.disk.is_real = rng.chance(1, 3);
  const std::vector<NodeIndex> faulty = draw_faulty(rng, plan);
  if (plan.disk.is_real && !faulty.empty() && rng.chance(1, 2)) {
    const Duration timeout = plan.config.view_timeout;
    plan.disk.rot = BitRot{.node = faulty.front(), .at = draw_time(rng, timeout, 40 * timeout)};
  }
}

void draw_fork(Rng& rng, Plan& plan) {
  const std::vector<NodeIndex> members = members_in_random_order(rng, plan);
  const std::size_t too_many = (members.size() - 1) / 3 + 1;
  give_each_its_own_work(plan);
  ViewPartition halves{.group = std::vector<std::uint8_t>(plan.nodes(), 0), .muted = {}};
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i < too_many) {
      add_twin(plan, members[i]);
      halves.group.push_back(1);
    } else {
      halves.group[members[i]] = i % 2 == 0 ? 1 : 0;
    }
  }
  plan.partitions.push_back(halves);
  plan.views = std::min(plan.views, fork_views);
  plan.start_spread = Duration{0};
}

void draw_twins(Rng& rng, Plan& plan) {
  const std::size_t members = plan.nodes();
  const std::size_t faulty = (members - 1) / 3;
  const bool is_enumerated = plan.views == enumerated_views && members == enumerated_nodes;
  const std::uint64_t views = plan.views < twins_views ? plan.views : twins_views;
  plan.views = views + (is_enumerated ? 1 : views_after_partitions);
  // There are many of them: nothing is waited for once the partitions are over.
  plan.heals_in_view = is_enumerated ? views + 1 : 0;
  give_each_its_own_work(plan);
  std::uint64_t number = plan.seed == 0 ? 0 : plan.seed - 1;
  const NodeIndex first = is_enumerated ? number % members : rng.below(members);
  number /= members;
  for (std::size_t i = 0; i < faulty; ++i) add_twin(plan, (first + i) % members);
  const std::uint64_t groups = is_enumerated ? 2 : rng.between(2, 3);
  for (std::uint64_t view = 0; view < views; ++view) {
    ViewPartition partition{.group = std::vector<std::uint8_t>(plan.nodes(), 0), .muted = {}};
    for (NodeIndex node = 1; node < plan.nodes(); ++node) {  // the first node's group is group 0
      partition.group[node] =
          static_cast<std::uint8_t>(is_enumerated ? number % 2 : rng.below(groups));
      if (is_enumerated) number /= 2;
    }
    constexpr std::array<std::string_view, 5> kinds{"Proposal", "PhaseVote", "NewView",
                                                    "AdvanceView", "TimeoutVote"};
    if (!is_enumerated && rng.chance(1, 4)) partition.muted = kinds[rng.below(kinds.size())];
    plan.partitions.push_back(std::move(partition));
  }
  plan.config = ReplicaConfig::with(plan.config.chain_id, plan.config.epoch_length,
                                    plan.config.view_timeout, milliseconds(20));
  plan.network.after = {
      .shape = DelayModel::Shape::constant, .low = milliseconds(1), .high = milliseconds(1)};
  plan.network.before = plan.network.after;
  plan.start_spread = Duration{0};
  plan.network.reconnect_max = milliseconds(1);
}

}  // namespace hs::sim
