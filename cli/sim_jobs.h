// Many seeds on many threads: one world each, results in the order of seeds.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "lib/sim/run.h"

namespace hs {

constexpr std::uint64_t sim_nodes_max = 31;
constexpr std::uint64_t sim_views_max = 1'000'000'000;

struct TimedRun {
  sim::RunResult result;
  double cpu_seconds = 0;  // of the thread that ran it, so that a busy machine changes nothing
};
[[nodiscard]] TimedRun run_timed(const std::function<sim::RunResult()>& run);

struct SimSummary {
  std::uint64_t seeds = 0;
  std::uint64_t views = 0;
  std::uint64_t commits = 0;
  double cpu_seconds = 0;
  Hash hash;  // of the run; of all runs in the order of seeds where there are several
  sim::Marks marks;
  std::vector<sim::RunResult> failures;
  bool is_interrupted = false;  // Ctrl-C came before all were done
  std::string replay;           // has the failure again; empty: the line of its request does

  // In the order of seeds.
  void add(const TimedRun& run);
  [[nodiscard]] std::uint64_t views_per_cpu_second() const;
  [[nodiscard]] std::uint64_t seeds_per_cpu_second() const;
};

struct SimJobs {
  sim::PlanRequest first;  // later runs differ in the seed alone
  // If there are any: each seed is run in each of them in turn, whatever `first` says.
  std::vector<sim::Profile> profiles = {};
  std::uint64_t runs = 1;
  unsigned threads = 1;
};
// Blocks until all are done, or those under way once Ctrl-C was pressed under an InterruptGuard;
// shows progress where messages go to a terminal.
[[nodiscard]] SimSummary run_jobs(const SimJobs& jobs, Printer& out);

// Cores of this machine, at least 1.
[[nodiscard]] unsigned default_sim_threads();

}  // namespace hs
