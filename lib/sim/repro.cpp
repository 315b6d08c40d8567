#include "lib/sim/repro.h"

#include <algorithm>

namespace hs::sim {
namespace {

std::string name(NodeIndex node) { return "n" + std::to_string(node); }
std::string seconds(Duration duration) { return to_string(Instant(duration)); }

std::string name_of(CrashPoint point) {
  switch (point) {
    case CrashPoint::at_once:
      return "between two steps";
    case CrashPoint::before_write:
      return "before its next write";
    case CrashPoint::before_record:
      return "before its next voting record";
    case CrashPoint::before_send:
      return "before its next vote or proposal leaves";
    case CrashPoint::failed_write:
      return "at its next write, which fails";
    case CrashPoint::after_send:
      return "after its next vote or proposal has left";
  }
  return "";
}

std::string name_of(Survival survival) {
  switch (survival) {
    case Survival::all:
      return "its disk keeps everything";
    case Survival::none:
      return "its disk keeps only what was synced";
    case Survival::prefix:
      return "its disk keeps a part of what was not synced";
    case Survival::hole:
      return "its disk loses one batch that was not synced";
  }
  return "";
}

std::string describe(const FaultEvent::Fate& fate) {
  std::string text =
      name(fate.node) + " dies " + name_of(fate.how.point) + ", " + name_of(fate.how.survival);
  if (fate.how.away) text += ", back after " + seconds(*fate.how.away);
  return text;
}

std::string describe(const FaultEvent& event) {
  switch (event.kind) {
    case FaultEvent::Kind::nothing:
      return "nothing";
    case FaultEvent::Kind::pause:
      return name(event.nodes.front().node) + " stands still for " +
             seconds(*event.nodes.front().how.away);
    case FaultEvent::Kind::split: {
      std::string text = event.name + " for " + seconds(event.length) + ", cut:";
      for (const auto& [from, to] : event.cuts) text += " " + name(from) + ">" + name(to);
      return text;
    }
    case FaultEvent::Kind::disk:
    case FaultEvent::Kind::crash:
      break;
  }
  std::string text;
  for (const FaultEvent::Fate& fate : event.nodes) {
    text += (text.empty() ? "" : "; ") + describe(fate);
  }
  return text;
}

std::string describe(const LinkEvent& event, const LinkFate& fate) {
  const std::string what = event.kind + " " + std::to_string(event.number) + " from " +
                           name(event.from) + " to " + name(event.to);
  return what +
         (fate.is_lost ? " is lost" : " comes again " + seconds(*fate.copy_after) + " later");
}

void add_churn(const ChurnEvent& event, std::vector<std::string>& lines) {
  const std::string at = to_string(event.at) + " ";
  for (const FaultEvent::Fate& fate : event.down) {
    lines.push_back(at + describe(fate) + " (with a change of the set)");
  }
  if (!event.name.empty()) {
    std::string members;
    for (const auto& [node, power] : event.members) {
      members += " " + name(node) + ":" + std::to_string(power.value);
    }
    lines.push_back(at + "set change: " + event.name + ", to" + members);
  }
  if (event.all_die_after) {
    lines.push_back(to_string(event.at + *event.all_die_after) + " everybody dies");
  }
}

void add_plan(const Repro& repro, const Plan& plan, std::vector<std::string>& lines) {
  for (const NodeIndex node : plan.dead) lines.push_back(name(node) + " is dead from the start");
  for (const Misbehaviour& each : plan.byzantine) {
    lines.push_back(name(each.node) + " misbehaves: " + std::string(byzantine::name_of(each.kind)));
  }
  for (const Twin& twin : plan.twins) {
    lines.push_back(name(twin.node) + " uses the key of " + name(twin.of));
  }
  for (std::size_t i = 0; i < plan.partitions.size(); ++i) {
    if (repro.cuts.whole_views.contains(i)) continue;
    std::string groups;
    for (const std::uint8_t group : plan.partitions[i].group) groups += std::to_string(group);
    lines.push_back(
        "view " + std::to_string(i + 1) + " is split, groups of n0, n1, ...: " + groups +
        (plan.partitions[i].muted.empty() ? ""
                                          : ", without " + std::string(plan.partitions[i].muted)));
  }
  if (plan.amnesia) lines.push_back("the disk of " + name(plan.amnesia->node) + " is put back");
  if (plan.disk.rot) lines.push_back("bits flip on the disk of " + name(plan.disk.rot->node));
  if (plan.crash) {
    lines.push_back("whoever is about to carry out effect " + std::to_string(plan.crash->effect) +
                    " dies, " + name_of(plan.crash->kept) + ", back after " +
                    seconds(plan.crash->away));
  }
  if (std::ranges::any_of(plan.drift_ppm, [](std::int32_t ppm) { return ppm != 0; })) {
    lines.emplace_back("clocks drift");
  }
}

}  // namespace

Plan plan_of(const Repro& repro) {
  Plan plan = make_plan(repro.request);
  const PlanCuts& cuts = repro.cuts;
  std::erase_if(plan.byzantine,
                [&](const Misbehaviour& each) { return cuts.honest.contains(each.node); });
  for (const std::size_t view : cuts.whole_views) {
    if (view >= plan.partitions.size()) continue;
    plan.partitions[view] = {.group = std::vector<std::uint8_t>(plan.nodes(), 0), .muted = {}};
  }
  if (cuts.without_amnesia) plan.amnesia.reset();
  if (cuts.without_rot) plan.disk.rot.reset();
  if (cuts.without_crash) plan.crash.reset();
  if (cuts.without_drift) plan.drift_ppm.assign(plan.nodes(), 0);
  if (cuts.operations_max) {
    plan.work.operations_max = std::min(plan.work.operations_max, *cuts.operations_max);
  }
  return plan;
}

RunResult run_repro(const Repro& repro, const RunOptions& options) {
  RunOptions mine = options;
  mine.tape = {.play = &repro.tape};
  mine.stop_at = repro.stop_at;
  return run_plan(repro.request, plan_of(repro), mine);
}

std::vector<std::string> fault_events(const Repro& repro) {
  std::vector<std::string> lines;
  add_plan(repro, plan_of(repro), lines);
  std::vector<std::pair<Instant, std::string>> timed;
  for (const FaultEvent& event : repro.tape.faults) {
    if (event.kind == FaultEvent::Kind::nothing) continue;
    timed.emplace_back(event.at, to_string(event.at) + " " + describe(event));
  }
  for (const ChurnEvent& event : repro.tape.churn) {
    std::vector<std::string> of_it;
    add_churn(event, of_it);
    for (std::string& line : of_it) timed.emplace_back(event.at, std::move(line));
  }
  std::ranges::stable_sort(timed, {}, &std::pair<Instant, std::string>::first);
  for (auto& [at, line] : timed) lines.push_back(std::move(line));
  for (const auto& [event, fate] : repro.tape.links) {
    if (fate.is_fault()) lines.push_back(describe(event, fate));
  }
  return lines;
}

}  // namespace hs::sim
