#include "cli/sim_jobs.h"

#include <ctime>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "cli/interrupt.h"
#include "lib/sim/disk/level_disk.h"

namespace hs {
namespace {

constexpr auto progress_interval = std::chrono::milliseconds(200);

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The run of this number, counted from 0.
sim::PlanRequest request_of(const SimJobs& jobs, std::uint64_t number) {
  sim::PlanRequest request = jobs.first;
  const std::uint64_t profiles = std::max<std::uint64_t>(1, jobs.profiles.size());
  request.seed += number / profiles;
  if (!jobs.profiles.empty()) request.profile = jobs.profiles[number % profiles];
  return request;
}

// Takes results in any order and adds them up in the order of their numbers, so that the hash of a
// campaign does not depend on the threads.
class Collector {
 public:
  void take(std::uint64_t number, TimedRun run) {
    const std::lock_guard lock(mutex_);
    early_.emplace(number, std::move(run));
    for (auto it = early_.find(next_); it != early_.end(); it = early_.find(++next_)) {
      summary_.add(it->second);
      early_.erase(it);
    }
    changed_.notify_one();
  }
  // The summary so far, after a while or once `runs` seeds are done.
  [[nodiscard]] SimSummary wait(std::uint64_t runs) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, progress_interval, [&] { return summary_.seeds >= runs; });
    return summary_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, TimedRun> early_;
  SimSummary summary_;
};

void show_progress(Printer& out, const SimSummary& summary, std::uint64_t runs, double seconds) {
  if (!out.messages_are_terminal() || out.quiet()) return;
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(summary.views) / seconds);
  write_all(2, "\r" + std::to_string(summary.seeds) + "/" + std::to_string(runs) + " seeds | " +
                   std::to_string(summary.views) + " views | " + std::to_string(rate) +
                   " views/s | " + std::to_string(summary.failures.size()) + " failures\x1b[K");
}

}  // namespace

TimedRun run_timed(const std::function<sim::RunResult()>& what) {
  const double begin = thread_cpu_seconds();
  TimedRun run{.result = what(), .cpu_seconds = 0};
  run.cpu_seconds = thread_cpu_seconds() - begin;
  return run;
}

void SimSummary::add(const TimedRun& run) {
  const sim::RunResult& result = run.result;
  hash = seeds == 0 ? result.hash : sha256({hash.view(), result.hash.view()});
  ++seeds;
  views += result.views;
  commits += result.commits;
  cpu_seconds += run.cpu_seconds;
  marks.add(result.marks);
  if (result.violation) failures.push_back(result);
}

std::uint64_t SimSummary::views_per_cpu_second() const {
  if (cpu_seconds <= 0) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(views) / cpu_seconds);
}

std::uint64_t SimSummary::seeds_per_cpu_second() const {
  if (cpu_seconds <= 0) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(seeds) / cpu_seconds);
}

SimSummary run_jobs(const SimJobs& jobs, Printer& out) {
  Collector collector;
  std::atomic<std::uint64_t> next{0};
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < jobs.threads; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t run = next++; run < jobs.runs; run = next++) {
        const sim::PlanRequest request = request_of(jobs, run);
        collector.take(run, run_timed([&] {
                         return sim::run_seed(request, {.real_disk = sim::make_level_disk});
                       }));
        if (InterruptGuard::is_interrupted()) return;
      }
    });
  }
  const auto begin = std::chrono::steady_clock::now();
  SimSummary summary;
  while (summary.seeds < jobs.runs && !InterruptGuard::is_interrupted()) {
    summary = collector.wait(jobs.runs);
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    show_progress(out, summary, jobs.runs, std::max(passed.count(), 1e-3));
  }
  threads.clear();  // joins them
  summary = collector.wait(0);
  summary.is_interrupted = summary.seeds < jobs.runs;
  if (out.messages_are_terminal() && !out.quiet()) write_all(2, "\r\x1b[K");
  return summary;
}

unsigned default_sim_threads() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace hs
