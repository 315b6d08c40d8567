// One node of a world: a disk that outlives its processes, and at times a process: the very replica
// and app that `hs node run` drives.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "lib/byzantine/wrapper.h"
#include "lib/replica/drive.h"
#include "lib/sim/clock.h"
#include "lib/sim/disk.h"

namespace hs::sim {

// Where in the effects of a step a process dies. [RELIABILITY 3: enumerated, not drawn]
enum class CrashPoint {
  at_once,        // between two steps
  before_write,   // of a step that writes a voting record: nothing of it is on disk
  before_record,  // the batch is on disk, the record is not
  before_send,    // of a PhaseVote, TimeoutVote or Proposal: everything is on disk, nothing is sent
  after_send,     // of one of these, before the next
  failed_write,   // where the disk refuses a write
};

struct ArmedCrash {
  CrashPoint point = CrashPoint::at_once;
  Survival survival = Survival::all;
  std::optional<Duration> away = Duration{};  // until it is started again; none: somebody will
};

struct Process {
  std::unique_ptr<App> app;
  std::unique_ptr<byzantine::Wrapper> replica;  // honest, but for the faulty ones
  SelfQueue to_self;
  std::vector<Input> inbox;  // what came while it was paused
  bool is_paused = false;
};

// A disk as it was, to be put back.
struct DiskCopy {
  std::unique_ptr<Disk> disk;
  RecordFile record;
};

struct Node {
  Node(const NodeClock& node_clock, std::unique_ptr<Disk> node_disk)
      : clock(node_clock), disk(std::move(node_disk)) {}

  NodeClock clock;
  std::unique_ptr<Disk> disk;  // never null
  RecordFile record;
  std::optional<ArmedCrash> armed;
  std::optional<DiskCopy> copy;
  DiskFault disk_fault{};            // the last one
  bool is_damaged = false;           // bits of its disk have flipped
  std::uint64_t incarnation = 0;     // of the process, counted from 1
  std::unique_ptr<Process> process;  // null: not running
  // When the process must run next, in world time, whatever comes in.
  std::optional<Instant> next_tick;
  std::optional<Instant> next_self;

  [[nodiscard]] bool is_running() const { return process != nullptr; }
  [[nodiscard]] bool is_awake() const { return process != nullptr && !process->is_paused; }
};

}  // namespace hs::sim
