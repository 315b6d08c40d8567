#include "lib/sim/churn.h"

#include <algorithm>
#include <tuple>

namespace hs::sim {
namespace {

constexpr int retry_timeouts = 3;  // view timeouts between two looks at what is still waiting

}  // namespace

Churn::Churn(World& world, Rng rng, TapeUse tape) : world_(world), rng_(rng), tape_(tape) {
  for (NodeIndex node = 0; node < world.size(); ++node) {
    if (world.cast().is_validator(node)) wanted_[node] = world.cast().power(node);
  }
}

void Churn::begin() {
  if (world_.plan().churn.changes_max == 0) return;
  if (tape_.play != nullptr) {
    schedule_played(0);
  } else {
    schedule_next();
  }
  schedule_retry();
}

void Churn::schedule_next() {
  const ChurnPlan& plan = world_.plan().churn;
  const auto most = static_cast<std::uint64_t>(plan.interval_max.count());
  const Duration delay(static_cast<Duration::rep>(rng_.below(most) + 1));
  // On tape already now: that one was due changes what happens at the same instant.
  if (tape_.record != nullptr) tape_.record->churn.push_back({.at = world_.now() + delay});
  world_.after(delay, [this] {
    if (tape_.record != nullptr) tape_.record->churn.pop_back();
    const std::uint64_t at_once = rng_.chance(1, 5) ? rng_.between(2, 3) : 1;  // back to back
    for (std::uint64_t i = 0; i < at_once; ++i) change();
    if (count_ < world_.plan().churn.changes_max) schedule_next();
  });
}

void Churn::schedule_played(std::size_t number) {
  const std::vector<ChurnEvent>& events = tape_.play->churn;
  if (number >= events.size()) return;
  world_.at(events[number].at, [this, &events, number] {
    std::size_t next = number;
    for (; next < events.size() && events[next].at == world_.now(); ++next) carry_out(events[next]);
    schedule_played(next);
  });
}

void Churn::schedule_retry() {
  world_.after(retry_timeouts * world_.plan().config.view_timeout, [this] {
    std::erase_if(waiting_, [&](const Bytes& transaction) {
      return world_.monitor().is_committed(transaction);
    });
    for (const Bytes& transaction : waiting_) hand_out(transaction);
    schedule_retry();
  });
}

std::vector<NodeIndex> Churn::outside() const {
  std::vector<NodeIndex> nodes;
  for (NodeIndex node = 0; node < world_.size(); ++node) {
    if (!wanted_.contains(node)) nodes.push_back(node);
  }
  return nodes;
}

Power Churn::draw_power() {
  const ChurnPlan& plan = world_.plan().churn;
  if (!plan.skewed || rng_.chance(1, 4)) return Power{rng_.between(1, plan.power_max)};
  return Power{1};
}

// As many of the others as there are, or fewer; nobody stays.
Churn::Members Churn::replaced() {
  std::vector<NodeIndex> others = outside();
  Members members;
  const std::uint64_t count = rng_.between(1, others.size());
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t drawn = rng_.below(others.size());
    members[others[drawn]] = draw_power();
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(drawn));
  }
  return members;
}

std::optional<NodeIndex> Churn::leader_after(std::uint64_t views) const {
  const View view{world_.monitor().highest_view().value + views};
  return world_.cast().node_of(world_.monitor().set_in_force()->leader(view));
}

bool Churn::is_bearable(const Members& members) const {
  std::uint64_t total = 0;
  std::uint64_t faulty = 0;
  for (const auto& [node, power] : members) {
    total += power.value;
    if (world_.plan().is_faulty(node)) faulty += power.value;
  }
  return 3 * faulty < total;
}

std::pair<Churn::Members, std::string> Churn::draw_change() {
  Members members = wanted_;
  const std::vector<NodeIndex> others = outside();
  const auto any_member = [&] {
    return std::next(members.begin(), static_cast<std::ptrdiff_t>(rng_.below(members.size())));
  };
  const std::uint64_t kind = rng_.below(9);
  if (kind <= 1 && !others.empty()) {
    members[others[rng_.below(others.size())]] = draw_power();
    return {members, "add"};
  }
  if (kind == 2 && members.size() > 1) {
    members.erase(any_member());
    return {members, "remove"};
  }
  if (kind == 3 && !others.empty()) return {replaced(), "replace all"};
  if (kind <= 5 && members.size() > 1) {
    // At once or by the time the change is under way.
    const auto leader = leader_after(kind == 4 ? 0 : rng_.between(1, 4));
    if (leader && members.erase(*leader) > 0) return {members, "remove a leader"};
  }
  if (kind == 6 && members.size() > 1) {
    const auto only = *any_member();
    return {{only}, "all but one"};
  }
  if (kind == 7) {
    for (const NodeIndex node : others) members[node] = draw_power();
    return {members, "everybody"};
  }
  if (kind == 8) return {members, "nothing"};  // an update all the same: phased, and empty
  any_member()->second = draw_power();
  return {members, "power"};
}

// Only what differs where nothing else is under way; otherwise the whole set, which is right in
// whatever order the changes are made.
ValidatorSetUpdates Churn::updates_to(const Members& members) {
  const bool is_alone = waiting_.empty();
  ValidatorSetUpdates updates;
  for (NodeIndex node = 0; node < world_.size(); ++node) {
    const auto before = wanted_.find(node);
    const auto after = members.find(node);
    const PublicKey& key = world_.cast().key(node);
    if (after == members.end()) {
      if (!is_alone || before != wanted_.end()) updates.erase(key);
    } else if (!is_alone || before == wanted_.end() || before->second != after->second) {
      updates.insert(key, after->second);
    }
  }
  return updates;
}

void Churn::change_to(const Members& members, const std::string& kind) {
  std::erase_if(waiting_, [&](const Bytes& transaction) {
    return world_.monitor().is_committed(transaction);
  });
  const ValidatorSetUpdates updates = updates_to(members);
  wanted_ = members;
  world_.marks().count("set change: " + kind);
  waiting_.push_back(world_.app().set_change(++count_, updates));
  hand_out(waiting_.back());
}

void Churn::change() {
  if (count_ >= world_.plan().churn.changes_max) return;
  ChurnEvent event{.at = world_.now()};
  draw_failures(event);
  std::tie(event.members, event.name) = draw_change();
  if (!is_bearable(event.members)) {
    event.members = wanted_;
    event.name = "nothing";
  }
  if (tape_.record != nullptr) tape_.record->churn.push_back(event);
  carry_out(event);
}

void Churn::carry_out(const ChurnEvent& event) {
  fail_some(event);
  if (!event.name.empty()) change_to(event.members, event.name);
}

void Churn::hand_out(const Bytes& transaction) {
  for (NodeIndex node = 0; node < world_.size(); ++node) world_.submit(node, transaction);
}

void Churn::draw_failures(ChurnEvent& event) {
  if (!may_fail_) return;
  const ChurnPlan& plan = world_.plan().churn;
  const auto timeout = static_cast<std::uint64_t>(world_.plan().config.view_timeout.count());
  const auto draw = [&](std::uint64_t most) {
    return Duration(static_cast<Duration::rep>(rng_.below(most * timeout) + 1));
  };
  if (plan.fails_members && rng_.chance(1, 2)) {
    std::vector<NodeIndex> members;
    for (const auto& [node, power] : wanted_) members.push_back(node);
    for (std::size_t faulty = (members.size() - 1) / 3; faulty > 0; --faulty) {
      const NodeIndex node = members[rng_.below(members.size())];
      event.down.push_back({.node = node, .how = {.away = draw(20)}});
    }
    world_.marks().count("set change with members down");
  }
  if (plan.restarts_all && rng_.chance(1, 2)) event.all_die_after = draw(2);
}

void Churn::fail_some(const ChurnEvent& event) {
  for (const FaultEvent::Fate& fate : event.down) {
    world_.crash(fate.node, Survival::all);
    world_.after(*fate.how.away, [this, node = fate.node] { world_.start(node); });
  }
  if (!event.all_die_after) return;
  world_.after(*event.all_die_after, [this] {
    if (!may_fail_) return;
    world_.marks().count("all crash in a set change");
    for (NodeIndex node = 0; node < world_.size(); ++node) world_.crash(node, Survival::all);
    world_.after(milliseconds(10), [this] {
      for (NodeIndex node = 0; node < world_.size(); ++node) world_.start(node);
    });
  });
}

}  // namespace hs::sim
