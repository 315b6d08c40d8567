#include "lib/sim/progress_oracle.h"

#include <algorithm>
#include <string>

namespace hs::sim {
namespace {

constexpr std::uint64_t pause_views_max = 6;
constexpr int sync_budget_timeouts = 30;  // a sync session lasts at most 30 s, 30 T of the default

std::string seconds(Duration duration) { return to_string(Instant(duration)); }

}  // namespace

std::optional<std::uint64_t> faulty_views_between_windows(const MemberSet& set,
                                                          const std::vector<PublicKey>& dead) {
  const std::uint64_t cycle = set.total_power();
  std::vector<bool> live;
  for (std::uint64_t view = 0; view < 2 * cycle + 5; ++view) {
    live.push_back(std::find(dead.begin(), dead.end(), set.leader(View{view})) == dead.end());
  }
  std::optional<std::uint64_t> last_window;
  std::optional<std::uint64_t> most;
  for (std::uint64_t view = 0; view < 2 * cycle; ++view) {
    const bool is_window = live[view] && live[view + 1] && live[view + 2] &&
                           (live[view + 3] || live[view + 4]);
    if (!is_window) continue;
    if (last_window) {
      const auto first = live.begin() + static_cast<std::ptrdiff_t>(*last_window);
      const auto end = live.begin() + static_cast<std::ptrdiff_t>(view + 5);
      const auto faulty = static_cast<std::uint64_t>(std::count(first, end, false));
      most = std::max(most.value_or(0), faulty);
    }
    last_window = view;
  }
  return most;
}

Duration commit_bound(const Plan& plan, const Cast& cast) {
  // No set of a run with churn is heavier than all nodes with the most power that churn gives.
  const std::uint64_t churned =
      plan.churn.changes_max > 0 ? plan.nodes() * plan.churn.power_max : 0;
  const std::uint64_t power = std::max(cast.total_power(), churned);
  const std::uint64_t views =
      2 * std::max<std::uint64_t>(plan.config.epoch_length, power) +
      3 * plan.nodes() + 10;
  return plan.config.view_timeout * static_cast<Duration::rep>(views + sync_budget_timeouts);
}

std::optional<Duration> gap_bound(const Plan& plan, const Cast& cast) {
  if (!plan.check_gap) return std::nullopt;
  std::vector<PublicKey> dead;
  for (const NodeIndex node : plan.dead) dead.push_back(cast.key(node));
  const auto faulty = faulty_views_between_windows(MemberSet(cast.validators().members()), dead);
  if (!faulty) return std::nullopt;
  const Duration timeout = plan.config.view_timeout;
  const Duration idle = plan.config.idle_interval;
  const Duration second_vote = timeout / 4;
  const Duration new_views = timeout / 8;
  const Duration echo = timeout / 8 + idle;
  return timeout * static_cast<Duration::rep>(*faulty + 3) + second_vote + new_views + echo +
         2 * idle + 4 * plan.network.after.high;
}

ProgressOracle::ProgressOracle(const Plan& plan, const Cast& cast, Judge& judge)
    : judge_(judge),
      bound_(commit_bound(plan, cast)),
      gap_bound_(gap_bound(plan, cast)),
      checks_pause_(plan.check_pause) {}

void ProgressOracle::on_healed(Instant now, std::optional<Height> tip) {
  healed_at_ = now;
  wanted_ = tip ? next(*tip) : Height{};
  goal_.reset();
  everyone_arrived_ = false;
}

void ProgressOracle::on_tip(Instant now, Height tip, View view) {
  check_pause(view);
  tip_view_ = view;
  if (healed_at_ && !goal_ && tip >= wanted_) goal_ = tip;
  if (last_tip_ && healed_at_ && *last_tip_ >= *healed_at_) {
    longest_gap_ = std::max(longest_gap_, now - *last_tip_);
  }
  last_tip_ = now;
}

void ProgressOracle::check_pause(View view) {
  if (!goal_) return;
  longest_pause_ = std::max(longest_pause_, view.value - tip_view_.value);
  if (checks_pause_ && view.value - tip_view_.value > pause_views_max) {
    judge_.violate("G13", 0, "nothing was committed from view " + std::to_string(tip_view_.value) +
                                 " to view " + std::to_string(view.value));
  }
}

void ProgressOracle::end_step(NodeIndex node, Instant now, std::optional<Height> slowest,
                              View highest_view) {
  if (!healed_at_) return;
  check_pause(highest_view);
  if (!goal_ && now > *healed_at_ + bound_) {
    judge_.violate("G10", node, "nothing was committed in the " + seconds(bound_) +
                                    " after the last fault");
  }
  if (goal_ && !everyone_arrived_) {
    everyone_arrived_ = slowest >= goal_;
    if (!everyone_arrived_ && now > *healed_at_ + 2 * bound_) {
      judge_.violate("G10", node, "not every live node reached height " +
                                      std::to_string(goal_->value) + " in the " +
                                      seconds(2 * bound_) + " after the last fault");
    }
  }
  if (gap_bound_ && goal_ && now - *last_tip_ > *gap_bound_) {
    judge_.violate("G12", node, "nothing was committed for " + seconds(now - *last_tip_) +
                                    ", the bound is " + seconds(*gap_bound_));
  }
}

}  // namespace hs::sim
