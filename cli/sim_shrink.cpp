// hs sim shrink: a failing seed made small enough to read, and kept in a file.
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/interrupt.h"
#include "cli/sim_repro.h"
#include "cli/sim_request.h"
#include "lib/sim/disk/level_disk.h"
#include "lib/sim/shrink.h"

namespace hs {
namespace {

constexpr auto progress_interval = std::chrono::milliseconds(200);

// Says on a terminal how far it is, and stops it when time is up or somebody presses Ctrl-C.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  Watch(const Printer& out, Duration limit)
      : shows_(out.messages_are_terminal() && !out.quiet()), end_(Clock::now() + limit) {}
  ~Watch() {
    if (shows_) write_all(2, "\r\x1b[K");
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  [[nodiscard]] static bool may_go_on(Clock::time_point end) {
    return Clock::now() < end && !InterruptGuard::is_interrupted();
  }
  [[nodiscard]] sim::ShrinkSettings settings() {
    sim::ShrinkSettings settings;
    settings.real_disk = sim::make_level_disk;
    settings.may_go_on = [end = end_] { return may_go_on(end); };
    settings.progress = [this](std::uint64_t runs, std::size_t events) { show(runs, events); };
    return settings;
  }

 private:
  void show(std::uint64_t runs, std::size_t events) {
    if (!shows_ || Clock::now() < next_) return;
    next_ = Clock::now() + progress_interval;
    write_all(2, "\r" + std::to_string(runs) + " runs | " + std::to_string(events) +
                     " fault events left\x1b[K");
  }

  bool shows_;
  Clock::time_point end_;
  Clock::time_point next_;
};

void write_repro(const std::string& path, const sim::Repro& repro) {
  std::ofstream file(path, std::ios::trunc);
  file << repro_to_json(repro).dump(1) << '\n';
  file.close();
  if (!file) {
    throw CliError("io", ExitCode::failure, "cannot write " + path, {},
                   "name another file with --output");
  }
}

void print(Printer& out, const sim::Shrunk& shrunk, const std::string& path) {
  const sim::PlanRequest& request = shrunk.repro.request;
  out.line(out.paint(Paint::red, "FAIL") + " " + sim::to_string(shrunk.repro.violation));
  out.line(std::to_string(shrunk.events_before) + " fault events shrank to " +
           std::to_string(shrunk.events) + ", on " +
           std::to_string(sim::plan_of(shrunk.repro).nodes()) + " nodes, in " +
           std::to_string(shrunk.runs) + " runs of seed " + std::to_string(request.seed) + ":");
  for (const std::string& event : sim::fault_events(shrunk.repro)) out.line("  " + event);
  out.line("replay: hs sim replay --file " + path);
}

int shrink(Context& context) {
  const sim::PlanRequest request = request_of(context, seed_argument(context));
  const std::string path = context.arguments.text("output");
  const InterruptGuard guard;
  std::optional<sim::Shrunk> shrunk;
  {
    Watch watch(context.out, context.arguments.duration("limit"));
    shrunk = sim::shrink(request, watch.settings());
  }
  if (!shrunk) {
    throw CliError(
        "nothing_to_shrink", ExitCode::failure,
        "seed " + std::to_string(request.seed) + " of the profile " +
            std::string(sim::name_of(request.profile)) + " breaks no rule",
        "only a failing run can be made smaller",
        "find one with: hs sim fuzz --profile " + std::string(sim::name_of(request.profile)));
  }
  write_repro(path, shrunk->repro);
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.sim_shrink/v1"},
                      {"seed", std::to_string(request.seed)},
                      {"profile", sim::name_of(request.profile)},
                      {"what", sim::to_string(shrunk->repro.violation)},
                      {"events_before", shrunk->events_before},
                      {"events", sim::fault_events(shrunk->repro)},
                      {"runs", shrunk->runs},
                      {"file", path},
                      {"replay", "hs sim replay --file " + path}});
  } else {
    print(context.out, *shrunk, path);
  }
  return to_int(ExitCode::violation);
}

}  // namespace

Command sim_shrink_command() {
  return {.path = "sim shrink",
          .summary = "make a failing seed small enough to read",
          .description =
              "Has the run again and again with less: fewer nodes, fewer views, then without "
              "half of its faults, without a quarter of them, down to each single one. What cannot "
              "be left out is printed and written to a file, which hs sim replay --file takes. The "
              "failure counts as the same while the same rule is broken.",
          .examples = {{"hs sim shrink 17 --profile crash", "what of seed 17 makes it fail"}},
          .options = with_plan_options(
              {Option::positional("SEED", "which run"),
               Option::text("--output", "FILE", "where to keep it").by_default("repro.json"),
               Option::duration("--limit", "stop after this time").by_default("60s")}),
          .run = shrink};
}

}  // namespace hs
