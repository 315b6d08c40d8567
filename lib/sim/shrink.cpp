#include "lib/sim/shrink.h"

#include <algorithm>
#include <array>
#include <variant>

#include "lib/base/check.h"
#include "lib/base/overloaded.h"

namespace hs::sim {
namespace {

// ---- what can be left out, one by one ----

struct OfPlan {
  enum class What { misbehaviour, partition, amnesia, rot, crash, drift } what;
  std::size_t index = 0;
};
struct OfFaults {
  std::size_t index;
};
struct OfChurn {
  enum class What { change, down, all_die } what;
  std::size_t index;
  std::size_t down = 0;  // position among those down
};
using Item = std::variant<OfPlan, OfFaults, OfChurn, LinkEvent>;

std::vector<Item> items_of(const Repro& repro) {
  std::vector<Item> items;
  const Plan plan = make_plan(repro.request);
  for (std::size_t i = 0; i < plan.byzantine.size(); ++i) {
    items.emplace_back(OfPlan{OfPlan::What::misbehaviour, i});
  }
  for (std::size_t i = 0; i < plan.partitions.size() && plan.profile != Profile::fork; ++i) {
    items.emplace_back(OfPlan{OfPlan::What::partition, i});
  }
  if (plan.amnesia) items.emplace_back(OfPlan{OfPlan::What::amnesia});
  if (plan.disk.rot) items.emplace_back(OfPlan{OfPlan::What::rot});
  if (plan.crash) items.emplace_back(OfPlan{OfPlan::What::crash});
  if (std::ranges::any_of(plan.drift_ppm, [](std::int32_t ppm) { return ppm != 0; })) {
    items.emplace_back(OfPlan{OfPlan::What::drift});
  }
  for (std::size_t i = 0; i < repro.tape.faults.size(); ++i) {
    if (repro.tape.faults[i].kind != FaultEvent::Kind::nothing) items.emplace_back(OfFaults{i});
  }
  for (std::size_t i = 0; i < repro.tape.churn.size(); ++i) {
    const ChurnEvent& event = repro.tape.churn[i];
    if (!event.name.empty()) items.emplace_back(OfChurn{OfChurn::What::change, i});
    for (std::size_t down = 0; down < event.down.size(); ++down) {
      items.emplace_back(OfChurn{OfChurn::What::down, i, down});
    }
    if (event.all_die_after) items.emplace_back(OfChurn{OfChurn::What::all_die, i});
  }
  for (const auto& [event, fate] : repro.tape.links) {
    if (fate.is_fault()) items.emplace_back(event);
  }
  return items;
}

// Delays of the tape that are more than the least, by what they belong to.
std::vector<LinkEvent> delays_of(const Repro& repro) {
  std::vector<LinkEvent> delays;
  for (const auto& [event, fate] : repro.tape.links) {
    if (!fate.is_fault()) delays.push_back(event);
  }
  return delays;
}

// The run with these items and no others; delays stay as they are.
Repro with_items(const Repro& whole, const std::vector<Item>& items) {
  Repro repro = whole;
  const Plan plan = make_plan(whole.request);
  for (const Misbehaviour& each : plan.byzantine) repro.cuts.honest.insert(each.node);
  if (plan.profile != Profile::fork) {
    for (std::size_t i = 0; i < plan.partitions.size(); ++i) repro.cuts.whole_views.insert(i);
  }
  repro.cuts.without_amnesia = true;
  repro.cuts.without_rot = true;
  repro.cuts.without_crash = true;
  repro.cuts.without_drift = true;
  repro.tape.faults.clear();
  for (ChurnEvent& event : repro.tape.churn) event = {.at = event.at};
  std::erase_if(repro.tape.links, [](const auto& link) { return link.second.is_fault(); });
  const auto keep = Overloaded{
      [&](const OfPlan& item) {
        switch (item.what) {
          case OfPlan::What::misbehaviour:
            repro.cuts.honest.erase(plan.byzantine[item.index].node);
            break;
          case OfPlan::What::partition:
            repro.cuts.whole_views.erase(item.index);
            break;
          case OfPlan::What::amnesia:
            repro.cuts.without_amnesia = false;
            break;
          case OfPlan::What::rot:
            repro.cuts.without_rot = false;
            break;
          case OfPlan::What::crash:
            repro.cuts.without_crash = false;
            break;
          case OfPlan::What::drift:
            repro.cuts.without_drift = false;
            break;
        }
      },
      [&](const OfFaults& item) { repro.tape.faults.push_back(whole.tape.faults[item.index]); },
      [&](const OfChurn& item) {
        const ChurnEvent& from = whole.tape.churn[item.index];
        ChurnEvent& to = repro.tape.churn[item.index];
        switch (item.what) {
          case OfChurn::What::change:
            to.name = from.name;
            to.members = from.members;
            break;
          case OfChurn::What::down:
            to.down.push_back(from.down[item.down]);
            break;
          case OfChurn::What::all_die:
            to.all_die_after = from.all_die_after;
            break;
        }
      },
      [&](const LinkEvent& item) { repro.tape.links[item] = whole.tape.links.at(item); },
  };
  for (const Item& item : items) std::visit(keep, item);
  std::erase_if(repro.tape.churn, [](const ChurnEvent& event) {
    return event.name.empty() && event.down.empty() && !event.all_die_after;
  });
  return repro;
}

Repro with_delays(const Repro& whole, const std::vector<LinkEvent>& delays) {
  Repro repro = whole;
  std::erase_if(repro.tape.links, [](const auto& link) { return !link.second.is_fault(); });
  for (const LinkEvent& event : delays) repro.tape.links[event] = whole.tape.links.at(event);
  return repro;
}

// ---- the search ----

class Shrinker {
 public:
  explicit Shrinker(const ShrinkSettings& settings) : settings_(settings) {}

  // The first run of all, which names the rule.
  [[nodiscard]] std::optional<Shrunk> run(const PlanRequest& request) {
    std::optional<Repro> first = record(request);
    if (!first) return std::nullopt;
    best_ = *std::move(first);
    const std::size_t before = fault_events(best_).size();
    fewer_nodes_and_views();
    set_stop();
    events_ = fault_events(best_).size();
    drop_delays();
    drop_items();
    fewer_operations();
    drop_delays();
    return Shrunk{.repro = best_, .events_before = before, .events = events_, .runs = runs_};
  }

 private:
  [[nodiscard]] bool may_run() const { return runs_ < settings_.runs_max && settings_.may_go_on(); }
  void count_run() {
    ++runs_;
    if (settings_.progress) settings_.progress(runs_, events_);
  }

  // A run as its plan has it, written down; none if no rule is broken.
  [[nodiscard]] std::optional<Repro> record(const PlanRequest& request) {
    Repro repro{.request = request, .cuts = {}, .tape = {}, .violation = {}};
    const RunResult result =
        run_seed(request, {.tape = {.record = &repro.tape}, .real_disk = settings_.real_disk});
    count_run();
    const std::optional<Violation> failure = settings_.failure_of(result);
    if (!failure) return std::nullopt;
    repro.violation = *failure;
    return repro;
  }

  // Takes the candidate over if it still fails.
  [[nodiscard]] bool accepts(Repro candidate) {
    const std::optional<Violation> failure =
        settings_.failure_of(run_repro(candidate, {.real_disk = settings_.real_disk}));
    const bool fails = failure && failure->rule == best_.violation.rule;
    if (fails) {
      candidate.violation = *failure;
      best_ = std::move(candidate);
      events_ = fault_events(best_).size();
    }
    count_run();
    return fails;
  }

  // Another plan of the same seed, no tape yet: the fewest nodes that do, then the fewest views.
  void fewer_nodes_and_views() {
    constexpr std::array<std::size_t, 6> nodes{1, 2, 3, 4, 5, 7};
    constexpr std::array<std::uint64_t, 6> views{10, 20, 40, 80, 160, 300};
    const Plan plan = make_plan(best_.request);
    const auto try_it = [&](const PlanRequest& request) {
      std::optional<Repro> smaller = record(request);
      if (!smaller || smaller->violation.rule != best_.violation.rule) return false;
      best_ = *std::move(smaller);
      return true;
    };
    for (const std::size_t count : nodes) {
      if (best_.request.nodes || count >= plan.nodes() || !may_run()) break;
      PlanRequest request = best_.request;
      request.nodes = count;
      if (try_it(request)) break;
    }
    for (const std::uint64_t count : views) {
      if (count >= plan.views || !may_run()) break;
      PlanRequest request = best_.request;
      request.views = count;
      if (try_it(request)) break;
    }
  }

  // A smaller run that has not failed well after the time of the first one will not.
  void set_stop() {
    const Duration time = best_.violation.at - Instant{};
    best_.stop_at = best_.violation.at + time / 4 + milliseconds(10'000);
  }

  // The fewest of `items` with which make(items) still fails. Whether all of them do is known.
  template <class T, class Make>
  void reduce(std::vector<T> items, const Make& make) {
    if (items.empty() || !may_run() || accepts(make(std::vector<T>{}))) return;
    std::size_t chunk = (items.size() + 1) / 2;
    while (may_run()) {
      bool has_shrunk = false;
      for (std::size_t begin = 0; begin < items.size() && may_run();) {
        const std::size_t end = std::min(begin + chunk, items.size());
        std::vector<T> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(begin));
        rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(end), items.end());
        if (accepts(make(rest))) {
          items = std::move(rest);
          has_shrunk = true;
        } else {
          begin = end;
        }
      }
      if (chunk == 1 && !has_shrunk) return;
      chunk = chunk == 1 ? 1 : (chunk + 1) / 2;
    }
  }

  void drop_items() {
    const Repro whole = best_;
    reduce(items_of(whole),
           [&](const std::vector<Item>& items) { return with_items(whole, items); });
  }
  void drop_delays() {
    const Repro whole = best_;
    const std::vector<LinkEvent> delays = delays_of(whole);
    const auto make = [&](const std::vector<LinkEvent>& some) { return with_delays(whole, some); };
    if (is_first_try_) {
      is_first_try_ = false;
      if (may_run()) static_cast<void>(accepts(make({})));
    } else {
      reduce(delays, make);
    }
  }
  void fewer_operations() {
    for (std::uint32_t count = 0; count < 16 && may_run(); count = count == 0 ? 1 : 2 * count) {
      Repro candidate = best_;
      candidate.cuts.operations_max = count;
      if (accepts(std::move(candidate))) return;
    }
  }

  const ShrinkSettings& settings_;
  Repro best_;
  std::size_t events_ = 0;
  std::uint64_t runs_ = 0;
  bool is_first_try_ = true;  // of dropping all delays, before anything is known of the rest
};

}  // namespace

std::optional<Shrunk> shrink(const PlanRequest& request, const ShrinkSettings& settings) {
  return Shrinker(settings).run(request);
}

}  // namespace hs::sim
