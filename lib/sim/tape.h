// What chance decided in a run, decision by decision: a run can be had again from its tape, also
// with some of the decisions left out, which is how a failing run is made small. A decision is
// found again by what it is about (the third Proposal from n0 to n2), not by how many were drawn
// before it, so that leaving one out leaves the others alone. [RELIABILITY 3, replay and shrink]
#pragma once
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sim/node.h"
#include "lib/sim/violation.h"
#include "lib/types/scalars.h"

namespace hs::sim {

// One thing done to nodes or links, at a time.
struct FaultEvent {
  enum class Kind {
    nothing,  // the moment passes, as everybody is away who may be
    crash,    // each of `nodes` dies as it says there
    pause,    // the first of `nodes` stands still for its `away`
    split,    // `cuts` swallow what is sent, for `length`
    disk,     // the disk of the first of `nodes` fails as `disk` says at its next write
  };
  struct Fate {
    NodeIndex node = 0;
    ArmedCrash how = {};
  };
  Kind kind = Kind::nothing;
  Instant at = {};
  std::string name = {};  // as the marks count it; may be empty
  std::vector<Fate> nodes = {};
  std::vector<std::pair<NodeIndex, NodeIndex>> cuts = {};  // from, to
  Duration length{};
  DiskFault disk{};
};

// The `number`th thing of its kind from one node to another, counted from 1. Kinds are those of
// messages, and "connect" and "close" for the state of the connection.
struct LinkEvent {
  NodeIndex from = 0;
  NodeIndex to = 0;
  std::string kind;
  std::uint32_t number = 0;
  auto operator<=>(const LinkEvent&) const = default;
};
struct LinkFate {
  bool is_lost = false;
  Duration delay{};
  std::optional<Duration> copy_after = {};  // after the first arrival
  // More than late: what a repro counts as a fault.
  [[nodiscard]] bool is_fault() const { return is_lost || copy_after; }
};

// One change of the validator set, with what fails because of it. Empty: the moment passes.
struct ChurnEvent {
  Instant at = {};
  std::string name = {};                    // "add"; empty: no change
  std::map<NodeIndex, Power> members = {};  // after the change
  std::vector<FaultEvent::Fate> down = {};  // who dies before it
  std::optional<Duration> all_die_after = {};
};

struct Tape {
  std::vector<FaultEvent> faults;       // in order of time
  std::vector<ChurnEvent> churn;        // in order of time
  std::map<LinkEvent, LinkFate> links;  // what is not here arrives once, as early as it can
  // When the faults ended: after so many happenings at that instant.
  struct End {
    Instant at;
    std::uint64_t happenings = 0;
  };
  std::optional<End> healed;
};

// At most one of them: the run is written down, or follows what was written.
struct TapeUse {
  Tape* record = nullptr;
  const Tape* play = nullptr;
};

}  // namespace hs::sim
