#include "cli/testnet_screen.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/testnet_support.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto redraw_interval = std::chrono::milliseconds(500);
constexpr auto long_time = std::chrono::hours(1);

std::string milliseconds_since(Clock::time_point start) {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  return std::to_string(passed.count()) + " ms";
}

}  // namespace

void watch_start(Context& context, StartWatch& watch, const TestnetLayout& layout,
                 const TestnetRecord& record, const StartGoal& goal) {
  const std::string count = std::to_string(record.nodes(layout).size());
  std::optional<Clock::time_point> first_process;
  const auto ready = await_ready(watch, layout, goal.deadline, [&](const Report& report) {
    if (report.kind == Report::Kind::spawned && !first_process) first_process = Clock::now();
    if (report.kind == Report::Kind::ready) context.out.detail("         " + report.node);
  });
  if (!ready) throw to_cli_error(ready.error());
  const Clock::time_point start = first_process.value_or(Clock::now());
  context.out.note("nodes    " + count + " ready after " + milliseconds_since(start));
  const auto committed = await_commits(
      watch, layout, record.nodes(layout), goal.blocks, goal.fresh, goal.deadline,
      [&](const std::string& node) { context.out.detail("         " + node + " has committed"); });
  if (!committed) throw to_cli_error(committed.error());
  if (goal.blocks > 0) {
    context.out.note("commits  on all " + count + " after " + milliseconds_since(start));
  }
}

void show_started(Context& context, const TestnetLayout& layout, bool detached) {
  const TestnetView view = or_throw(inspect_testnet(layout));
  if (context.out.wants_json()) {
    context.out.json(to_json(view));
    return;
  }
  context.out.table(node_table(view));
  context.out.note("try:  hs tx put hello world");
  context.out.note("try:  hs block tree --depth 6");
  context.out.note("try:  hs testnet kill " +
                   view.nodes.at(std::min<std::size_t>(1, view.nodes.size() - 1)).node.name);
  context.out.note(detached ? "try:  hs testnet down" : "try:  Ctrl-C, which stops all of it");
}

void show_live(Context& context, StartWatch& watch, const TestnetLayout& layout) {
  const bool draws = context.out.data_is_terminal() && !context.out.wants_json();
  std::size_t lines_drawn = 0;
  while (!watch.ended()) {
    const auto report =
        watch.next(Clock::now() + (draws ? Clock::duration(redraw_interval) : long_time));
    if (report && report->kind == Report::Kind::exited) {
      context.out.note(report->node + " ended: " + report->end);
      lines_drawn = 0;
    }
    if (!draws || watch.ended()) continue;
    const TestnetView view = or_throw(inspect_testnet(layout));
    const std::string table = headline(view) + "\n" + node_table(view).aligned(terminal_width(1));
    std::string drawn = lines_drawn == 0 ? "" : "\x1b[" + std::to_string(lines_drawn) + "A";
    for (const char c : table) drawn += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    lines_drawn = static_cast<std::size_t>(std::count(table.begin(), table.end(), '\n'));
    context.out.data(drawn);
  }
}

}  // namespace hs
