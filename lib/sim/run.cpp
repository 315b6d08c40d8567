#include "lib/sim/run.h"

#include <algorithm>
#include <exception>

#include "lib/base/check_trap.h"
#include "lib/sim/churn.h"
#include "lib/sim/clients.h"
#include "lib/sim/faults.h"
#include "lib/sim/run_faulty.h"
#include "lib/sim/workload.h"

namespace hs::sim {
namespace {

constexpr std::int64_t views_under_faults_parts = 2;  // of three: then the network heals
// A run that keeps every promise but never gets to its last view ends all the same.
constexpr std::int64_t timeouts_per_view_max = 4;

void start_nodes(World& world, Rng rng) {
  const Plan& plan = world.plan();
  for (NodeIndex node = 0; node < world.size(); ++node) {
    const auto spread = static_cast<std::uint64_t>(plan.start_spread.count());
    const Duration delay(static_cast<Duration::rep>(rng.below(spread + 1)));
    if (std::find(plan.dead.begin(), plan.dead.end(), node) != plan.dead.end()) continue;
    world.after(delay, [&world, node] { world.start(node); });
  }
}

void run_faults(World& world, Faults& faults, const RunOptions& options) {
  const Plan& plan = world.plan();
  const Tape* const played = options.tape.play;
  const Tape::End on_tape = played == nullptr ? Tape::End{} : played->healed.value_or(Tape::End{});
  const Instant end = played == nullptr || !played->healed ? Instant(plan.faults_end) : on_tape.at;
  faults.begin();
  const View last{plan.views * views_under_faults_parts / 3};
  Tape::End now;
  const auto is_over = [&] {
    if (played == nullptr) return world.monitor().highest_view() >= last;
    return played->healed && now.at >= on_tape.at && now.happenings >= on_tape.happenings;
  };
  while (!is_over() && world.advance(std::min(end, options.stop_at.value_or(end)))) {
    now = {.at = world.now(), .happenings = now.at == world.now() ? now.happenings + 1 : 1};
  }
  if (now.at != world.now()) now = {.at = world.now(), .happenings = 0};
  if (options.tape.record != nullptr && !world.violation()) options.tape.record->healed = now;
  faults.end();
}

// Until the node that dies at the counted effect is back. In a network that is alive there is
// always another effect.
void run_to_crash(World& world, const RunOptions& options) {
  const CountedCrash& crash = *world.plan().crash;
  world.crash_at_effect(crash.effect, {.survival = crash.kept, .away = crash.away});
  Instant end = world.now() + 2 * commit_bound(world.plan(), world.cast());
  if (options.stop_at) end = std::min(end, *options.stop_at);
  while (world.effects() < crash.effect && world.advance(end)) continue;
  world.run_until(std::min(end, world.now() + crash.away));
}

void run_healed(World& world, const RunOptions& options) {
  const Plan& plan = world.plan();
  world.heal();
  const Monitor& monitor = world.monitor();
  const Duration longest =
      2 * commit_bound(plan, world.cast()) +
      plan.config.view_timeout * static_cast<Duration::rep>(plan.views * timeouts_per_view_max);
  Instant end = world.now() + longest;
  if (options.stop_at) end = std::min(end, *options.stop_at);
  while (world.advance(end)) {
    if (monitor.highest_view().value >= plan.views && monitor.progress().is_satisfied()) break;
  }
}

// Every request is answered within three times the bound for a commit.
void end_clients(World& world, Clients& clients, const RunOptions& options) {
  clients.stop();
  Instant end = world.now() + 3 * commit_bound(world.plan(), world.cast());
  if (options.stop_at) end = std::min(end, *options.stop_at);
  while (!clients.is_idle() && world.advance(end)) continue;
  if (!world.violation() && (clients.is_idle() || !options.stop_at)) clients.judge();
}

RunResult result_of(const PlanRequest& request, World& world) {
  world.count_tallies();
  const Monitor& monitor = world.monitor();
  RunResult result;
  result.request = request;
  result.violation = world.violation();
  result.views = monitor.highest_view().value;
  result.commits = monitor.committed_blocks();
  result.virtual_time = world.now() - Instant{};
  result.longest_gap = monitor.progress().longest_gap();
  result.longest_pause = monitor.progress().longest_pause();
  result.hash = monitor.hash().value();
  result.marks = monitor.marks();
  const Network::Counts& counts = world.network().counts();
  if (counts.lost > 0) result.marks.count("message lost", counts.lost);
  if (counts.left_out > 0) result.marks.count("proposal kept from some", counts.left_out);
  if (counts.doubled > 0) result.marks.count("message doubled", counts.doubled);
  if (counts.swallowed > 0) result.marks.count("message swallowed by a cut", counts.swallowed);
  return result;
}

// Faults, crash points or partitions, whichever the plan has.
void run_until_healed(World& world, Faults& faults, const RunOptions& options) {
  const Plan& plan = world.plan();
  if (plan.faults_end > Duration{0}) {
    run_faults(world, faults, options);
  } else if (plan.crash) {
    run_to_crash(world, options);
  } else if (plan.heals_in_view > 0) {
    const Instant latest(plan.config.view_timeout *
                         static_cast<Duration::rep>(timeouts_per_view_max *
                                                    static_cast<std::int64_t>(plan.heals_in_view)));
    while (world.monitor().highest_view().value < plan.heals_in_view && world.advance(latest)) {
      continue;
    }
  } else {
    const Duration settled = plan.start_spread + plan.network.reconnect_max;
    world.run_until(Instant(settled + plan.config.advertise_interval));
  }
}

// Everything that happens in a run, up to its end or the first broken rule.
void play(World& world, const RunOptions& options) {
  const Plan& plan = world.plan();
  const Rng root(plan.seed);
  Faults faults(world, root.substream("faults"), options.tape);
  Workload workload(world, root.substream("workload"));
  Clients clients(world, root.substream("clients"));
  Churn churn(world, root.substream("churn"), options.tape);
  plan_amnesia(world);
  plan_rot(world);
  start_nodes(world, root.substream("start"));
  workload.begin();
  clients.begin();
  if (plan.profile == Profile::fork) return run_fork(world);
  if (!plan.partitions.empty()) partition_by_view(world);
  if (!plan.check_pause) churn.begin();
  run_until_healed(world, faults, options);
  churn.end_faults();
  if (plan.check_pause) churn.begin();  // everybody is there: from now on nothing may hold us up
  if (!world.violation()) run_healed(world, options);
  if (!world.violation()) end_clients(world, clients, options);
  if (!world.violation()) world.audit();
}

}  // namespace

RunResult run_plan(const PlanRequest& request, const Plan& plan, const RunOptions& options) {
  World world(plan, options.trace, options.tape, options.real_disk);
  world.write_story(options.story);
  try {
    const CheckTrap trap;
    play(world, options);
  } catch (const CheckFailure& broken) {
    world.judge().violate("check", world.acting(), "a check inside fails: " + broken.what);
  } catch (const std::exception& thrown) {
    world.judge().violate("check", world.acting(), std::string("nobody catches: ") + thrown.what());
  }
  return result_of(request, world);
}

RunResult run_seed(const PlanRequest& request, const RunOptions& options) {
  return run_plan(request, make_plan(request), options);
}

std::string replay_line(const PlanRequest& request) {
  std::string line = "hs sim replay " + std::to_string(request.seed) + " --profile " +
                     std::string(name_of(request.profile));
  if (request.nodes) line += " --nodes " + std::to_string(*request.nodes);
  if (request.views) line += " --views " + std::to_string(*request.views);
  return line;
}

}  // namespace hs::sim
