#include "lib/sim/plan.h"

#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/rng.h"
#include "lib/sim/plan_crash.h"
#include "lib/sim/plan_faulty.h"

namespace hs::sim {
namespace {

constexpr auto view_timeout = milliseconds(1000);

Duration draw(Rng& rng, Duration low, Duration high) {
  return Duration(static_cast<Duration::rep>(rng.between(
      static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count()))));
}

// Four and seven are where quorums are tightest; the others see to the corners.
std::size_t draw_nodes(Rng& rng) {
  constexpr std::array<std::size_t, 16> sizes{4, 4, 4, 4, 4, 4, 7, 7, 7, 7, 1, 2, 3, 5, 10, 13};
  return sizes[rng.below(sizes.size())];
}

DelayModel draw_delay(Rng& rng, Duration high_max) {
  DelayModel model;
  model.shape = static_cast<DelayModel::Shape>(rng.below(4));
  model.low = draw(rng, std::chrono::microseconds(50), high_max / 4);
  model.high = draw(rng, model.low, high_max);
  return model;
}

// A quiet network: what every run heals to.
DelayModel quiet_delay(Rng& rng) {
  DelayModel model;
  model.shape = rng.chance(1, 2) ? DelayModel::Shape::uniform : DelayModel::Shape::constant;
  model.low = draw(rng, std::chrono::microseconds(100), milliseconds(5));
  model.high = model.low + draw(rng, Duration{0}, milliseconds(20));
  return model;
}

void draw_network_faults(Rng& rng, NetworkPlan& network) {
  if (rng.chance(1, 2)) network.loss_ppm = static_cast<std::uint32_t>(rng.below(300'000));
  if (rng.chance(1, 2)) {
    network.duplicate_ppm = static_cast<std::uint32_t>(rng.below(500'000));
    network.duplicate_delay_max = draw(rng, milliseconds(1), 30 * view_timeout);
  }
  if (rng.chance(1, 2)) network.proposal_ppm = static_cast<std::uint32_t>(rng.below(500'000));
  network.reorder = rng.chance(1, 2);
  if (rng.chance(1, 2)) {
    network.before = draw_delay(rng, rng.chance(1, 3) ? 3 * view_timeout : view_timeout / 4);
  }
}

void draw_crashes(Rng& rng, Plan& plan) {
  plan.faults.crash_weight = 4;
  plan.faults.crash_all_weight = rng.chance(1, 2) ? 1 : 0;
  plan.faults.power_loss = rng.chance(1, 2);
}

void draw_fault_times(Rng& rng, Plan& plan) {
  plan.faults.interval_max = draw(rng, view_timeout / 2, 10 * view_timeout);
  plan.faults.length_max = draw(rng, view_timeout / 10, 15 * view_timeout);
  plan.faults.down_max = static_cast<std::uint32_t>(rng.between(1, plan.nodes()));
  plan.faults_end = draw(rng, 20 * view_timeout, 120 * view_timeout);
}

void draw_drift(Rng& rng, Plan& plan) {
  const std::uint64_t most = rng.chance(1, 4) ? 50'000 : 200;
  for (std::int32_t& ppm : plan.drift_ppm) {
    ppm = static_cast<std::int32_t>(rng.below(2 * most + 1)) - static_cast<std::int32_t>(most);
  }
}

// Any set of nodes that may fail together, of the largest size; every position gets its turn.
void draw_dead(Rng& rng, Plan& plan) {
  const std::size_t faulty_max = (plan.nodes() - 1) / 3;
  std::vector<NodeIndex> all(plan.nodes());
  for (NodeIndex node = 0; node < all.size(); ++node) all[node] = node;
  for (std::size_t i = 0; i < faulty_max; ++i) {
    std::swap(all[i], all[rng.between(i, all.size() - 1)]);
    plan.dead.push_back(all[i]);
  }
  std::sort(plan.dead.begin(), plan.dead.end());
}

// Validators of all weights, one holding close to a third among them, and nodes that stand by.
void draw_candidates(Rng& rng, Plan& plan) {
  const std::size_t validators = plan.nodes();
  plan.churn.power_max = rng.chance(1, 2) ? 1 : rng.chance(1, 2) ? 5 : 100;
  plan.churn.skewed = plan.churn.power_max > 5 && rng.chance(1, 2);
  for (Power& power : plan.powers) power = Power{rng.between(1, plan.churn.power_max)};
  if (plan.churn.skewed && validators > 1) {
    plan.powers.assign(validators, Power{1});
    plan.powers.front() = Power{std::max<std::uint64_t>(1, (validators - 1) / 2)};
  }
  plan.powers.resize(validators + rng.between(1, std::max<std::size_t>(validators, 4)), Power{0});
}

void draw_powers(Rng& rng, Plan& plan) {
  if (plan.profile == Profile::swarm && rng.chance(1, 4)) {
    for (Power& power : plan.powers) power = Power{rng.between(1, 5)};
  }
  const bool has_changes = plan.profile == Profile::vsu ||
                           (plan.profile == Profile::crashpoint && has_set_changes(plan.seed));
  if (has_changes) return draw_candidates(rng, plan);
  if (plan.profile == Profile::sync || (plan.profile == Profile::swarm && rng.chance(1, 4))) {
    plan.powers.push_back(Power{0});  // a listener
  }
}

void draw_work(Rng& rng, Plan& plan) {
  WorkPlan& work = plan.work;
  work.app = rng.chance(1, 4) ? AppKind::kv : AppKind::counter;
  work.interval_max = draw(rng, milliseconds(1), 2 * view_timeout);
  work.operations_max = static_cast<std::uint32_t>(rng.between(10, 400));
  work.operations_per_block = rng.between(1, 8);
  work.copies_max = static_cast<std::uint32_t>(rng.between(1, plan.nodes()));
  if (plan.profile == Profile::overload) {
    work.interval_max = milliseconds(1);
    work.operations_max = 5'000;
    work.operations_per_block = 64;
  }
}

void draw_clients(Rng& rng, Plan& plan) {
  plan.work.app = AppKind::kv;
  plan.work.interval_max = Duration{0};
  plan.clients = {.count = static_cast<std::uint32_t>(rng.between(2, 5)),
                  .pause_max = draw(rng, milliseconds(1), 2 * view_timeout),
                  .poll_max = draw(rng, milliseconds(5), milliseconds(100)),
                  .patience_max = draw(rng, view_timeout / 4, 8 * view_timeout),
                  .valid_heights = rng.between(3, 100)};
}

// A third of the seeds is quiet, so that commits must go on through every change.
void draw_churn(Rng& rng, Plan& plan) {
  plan.work.app = AppKind::counter;
  plan.churn.interval_max = draw(rng, milliseconds(100), 20 * view_timeout);
  plan.churn.changes_max = static_cast<std::uint32_t>(rng.between(1, 40));
  plan.check_pause = rng.chance(1, 3);
  if (plan.check_pause) return;
  draw_fault_times(rng, plan);
  plan.churn.fails_members = rng.chance(1, 2);
  plan.churn.restarts_all = rng.chance(1, 3);
  if (rng.chance(1, 2)) draw_network_faults(rng, plan.network);
  if (rng.chance(1, 2)) draw_crashes(rng, plan);
  if (rng.chance(1, 3)) plan.faults.partition_weight = 2;
  if (rng.chance(1, 3)) plan.faults.away_min = 5 * view_timeout;  // changes are met through sync
}

void draw_profile(Rng& rng, Plan& plan, const PlanRequest& request) {
  switch (plan.profile) {
    case Profile::calm:
      break;
    case Profile::clients:
      draw_clients(rng, plan);
      [[fallthrough]];
    case Profile::swarm:
      draw_network_faults(rng, plan.network);
      draw_fault_times(rng, plan);
      if (rng.chance(1, 2)) draw_crashes(rng, plan);
      if (rng.chance(1, 2)) plan.faults.partition_weight = 4;
      if (rng.chance(1, 2)) plan.faults.pause_weight = 2;
      if (rng.chance(1, 2)) draw_drift(rng, plan);
      break;
    case Profile::crash:
      draw_fault_times(rng, plan);
      draw_crashes(rng, plan);
      break;
    case Profile::partition:
      draw_fault_times(rng, plan);
      plan.faults.partition_weight = 4;
      plan.network.reorder = rng.chance(1, 2);
      break;
    case Profile::sync:
      draw_fault_times(rng, plan);
      plan.faults.crash_weight = 2;
      plan.faults.partition_weight = 1;
      plan.faults.down_max = 1;
      plan.faults.away_min = 10 * view_timeout;
      plan.faults.length_max = 40 * view_timeout;
      break;
    case Profile::silent:
      draw_dead(rng, plan);
      plan.check_gap = true;
      break;
    case Profile::vsu:
      draw_churn(rng, plan);
      break;
    case Profile::byz:
      draw_byzantine(rng, plan);
      if (rng.chance(1, 2)) draw_network_faults(rng, plan.network);
      if (rng.chance(1, 2)) {
        draw_fault_times(rng, plan);
        plan.faults.crash_weight = 2;
        plan.faults.partition_weight = 4;
      }
      break;
    case Profile::disk:
      draw_fault_times(rng, plan);
      draw_crashes(rng, plan);
      plan.faults.power_loss = true;
      plan.faults.disk_weight = 6;
      draw_disks(rng, plan);
      break;
    case Profile::fork:
      draw_fork(rng, plan);
      break;
    case Profile::twins:
      draw_twins(rng, plan);
      break;
    case Profile::crashpoint:
      draw_crash_point(rng, plan, crash_point_of(request.seed));
      break;
    case Profile::overload:
      plan.network.before = draw_delay(rng, view_timeout / 4);
      plan.config.message_buffer_bytes = rng.between(4, 64) << 10;
      plan.faults_end = 40 * view_timeout;
      break;
  }
}

}  // namespace

std::string_view name_of(Profile profile) {
  switch (profile) {
    case Profile::calm:
      return "calm";
    case Profile::swarm:
      return "swarm";
    case Profile::crash:
      return "crash";
    case Profile::partition:
      return "partition";
    case Profile::sync:
      return "sync";
    case Profile::silent:
      return "silent";
    case Profile::overload:
      return "overload";
    case Profile::vsu:
      return "vsu";
    case Profile::byz:
      return "byz";
    case Profile::disk:
      return "disk";
    case Profile::fork:
      return "fork";
    case Profile::twins:
      return "twins";
    case Profile::crashpoint:
      return "crashpoint";
    case Profile::clients:
      return "clients";
  }
  return "";
}

std::optional<Profile> profile_from(std::string_view name) {
  for (const Profile profile : profiles) {
    if (name_of(profile) == name) return profile;
  }
  return std::nullopt;
}

Plan make_plan(const PlanRequest& request) {
  Plan plan;
  const bool is_point = request.profile == Profile::crashpoint;
  plan.seed = is_point ? crash_point_of(request.seed).base : request.seed;
  plan.profile = request.profile;
  plan.views = request.views.value_or(is_point ? views_of_crash_points : 300);
  Rng rng = Rng(plan.seed).substream(name_of(request.profile));
  const bool is_calm = request.profile == Profile::calm;
  std::size_t nodes = is_calm ? 4 : draw_nodes(rng);
  if (request.profile == Profile::silent) nodes = rng.chance(1, 2) ? 4 : 7;
  if (request.profile == Profile::byz) nodes = rng.chance(1, 2) ? 4 : rng.chance(2, 3) ? 7 : 10;
  if (request.profile == Profile::fork) nodes = rng.chance(2, 3) ? 4 : 7;
  if (request.profile == Profile::twins || is_point) nodes = 4;
  nodes = request.nodes.value_or(nodes);
  HS_CHECK(nodes > 0);
  plan.powers.assign(nodes, Power{1});
  if (!request.nodes) draw_powers(rng, plan);
  plan.drift_ppm.assign(plan.nodes(), 0);

  std::uint64_t epoch_length = std::max<std::uint64_t>(10, 2 * nodes);
  const bool any_epoch = request.profile == Profile::swarm || request.profile == Profile::vsu;
  if (any_epoch && rng.chance(1, 2)) epoch_length = rng.between(1, 50);
  const Duration idle = draw(rng, milliseconds(10), view_timeout / 4);
  plan.config = ReplicaConfig::with(ChainId{rng.next() >> 1},
                                    static_cast<std::uint32_t>(epoch_length), view_timeout, idle);
  plan.network.after = quiet_delay(rng);
  plan.network.before = plan.network.after;
  plan.network.close_after = draw(rng, Duration{0}, 3 * view_timeout);
  plan.network.reconnect_max = draw(rng, milliseconds(1), milliseconds(200));
  plan.start_spread = draw(rng, Duration{0}, is_calm ? milliseconds(10) : view_timeout);
  plan.turn = draw(rng, std::chrono::microseconds(5), std::chrono::microseconds(200));
  draw_work(rng, plan);
  draw_profile(rng, plan, request);
  Rng more = rng.substream("byzantine");  // so that it leaves the rest of a run's plan alone
  if (plan.profile == Profile::swarm || plan.profile == Profile::clients) {
    if (more.chance(1, 4)) draw_byzantine(more, plan);
  } else if (plan.profile == Profile::byz) {
    if (more.chance(1, 3)) draw_changes_beside_them(more, plan);
  } else if (plan.profile == Profile::overload) {
    if (more.chance(1, 2)) draw_spammers(more, plan);
  }
  plan.drift_ppm.resize(plan.nodes(), 0);
  const bool is_short = plan.profile == Profile::twins;
  plan.real_signatures = !is_calm && !is_short && nodes <= 7 && rng.chance(1, 25);
  return plan;
}

}  // namespace hs::sim
