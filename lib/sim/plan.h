// Everything about a run that is decided before it starts: drawn from (profile, seed), so that the
// two name the run. [RELIABILITY 3, swarm: first whether a feature is present, then how strong]
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lib/byzantine/kind.h"
#include "lib/replica/config.h"
#include "lib/sim/disk.h"
#include "lib/sim/violation.h"

namespace hs::sim {

enum class Profile {
  calm,       // nothing fails; the profile of speed figures
  swarm,      // any mixture of the faults below
  crash,      // nodes die between the effects of a step and come back, alone or all at once
  partition,  // the network splits in every way and heals
  sync,       // a node is away for long, again and again
  silent,     // as many as may fail are dead from the start: commits go on within a known gap
  overload,   // tiny buffers, slow links and more work than fits
  vsu,        // the validator set changes again and again, with nothing failing or with everything
  byz,        // as many as may be faulty misbehave on purpose, to the end
  disk,       // writes are refused, power fails, bits flip; a third over LevelDB itself
  fork,       // one more: two histories, which the honest must notice
  twins,      // keys used twice, and a partition of its own for each of the first views
  crashpoint, // one node dies once, the seed counts through before which effect
  clients,    // as swarm, under clients who hold the answers that they get against each other
};
inline constexpr std::array profiles{Profile::calm,      Profile::swarm, Profile::crash,
                                     Profile::partition, Profile::sync,  Profile::silent,
                                     Profile::overload,  Profile::vsu,    Profile::byz,
                                     Profile::disk,      Profile::fork,   Profile::twins,
                                     Profile::crashpoint, Profile::clients};
[[nodiscard]] std::string_view name_of(Profile profile);
[[nodiscard]] std::optional<Profile> profile_from(std::string_view name);

// How long a message travels. Drawn from integer tables, so that all compilers agree.
struct DelayModel {
  enum class Shape { constant, uniform, heavy_tail, bimodal };
  Shape shape = Shape::constant;
  Duration low{};   // the least
  Duration high{};  // the most (constant: unused)
};

struct NetworkPlan {
  DelayModel before;                  // until the network heals
  DelayModel after;                   // from then on; its `high` is the bound (delta)
  std::uint32_t loss_ppm = 0;         // messages lost, of a million
  std::uint32_t duplicate_ppm = 0;
  Duration duplicate_delay_max{};     // a copy may come that late
  std::uint32_t proposal_ppm = 0;     // proposals that reach a random subset only
  bool reorder = false;               // messages of one link may overtake each other
  Duration close_after{};             // a broken link is noticed that late; 0: at once
  Duration reconnect_max{};           // and found whole again
};

// What is done to nodes and links while faults last. A weight of 0 leaves a kind out.
struct FaultPlan {
  Duration interval_max{};  // a next fault comes within this; 0: no faults at all
  Duration length_max{};    // how long one lasts
  std::uint32_t crash_weight = 0;
  std::uint32_t crash_all_weight = 0;
  std::uint32_t partition_weight = 0;
  std::uint32_t pause_weight = 0;
  std::uint32_t disk_weight = 0;  // a disk refuses to write
  bool power_loss = false;      // crashes may take unsynced writes with them
  std::uint32_t down_max = 0;   // nodes down or paused at one time, but for a crash of all
  Duration away_min{};          // a node stays away at least that long
};

enum class AppKind { counter, kv };

struct WorkPlan {
  AppKind app = AppKind::counter;
  Duration interval_max{};          // a next operation is submitted within this; 0: none at all
  std::uint32_t operations_max = 0; // at most so many submitted in the run
  std::size_t operations_per_block = 1;
  std::uint32_t copies_max = 1;     // nodes told of one operation
};

// Clients of the key-value app in place of a mere load. [clients.h]
struct ClientsPlan {
  std::uint32_t count = 0;          // 0: no such clients
  Duration pause_max{};             // between two operations of one
  Duration poll_max{};              // between two looks for an answer
  Duration patience_max{};          // before another node is asked
  std::uint64_t valid_heights = 0;  // that a transaction may wait for its block
};

// How the validator set changes. The nodes without power stand by as listeners.
struct ChurnPlan {
  Duration interval_max{};         // a next change is asked for within this
  std::uint32_t changes_max = 0;   // at most so many changes in the run; 0: none
  std::uint64_t power_max = 1;     // of a member that a change brings in
  bool skewed = false;             // powers are 1 or close to power_max
  bool fails_members = false;      // as many as may fail are down while a change is made
  bool restarts_all = false;       // everybody dies in the middle of a change
};

// What a faulty node does, from start to end.
struct Misbehaviour {
  NodeIndex node = 0;
  byzantine::Kind kind = byzantine::Kind::silent;
};
// A second process with the key of another node: honest code that cannot know of its double.
struct Twin {
  NodeIndex node = 0;
  NodeIndex of = 0;
};
// Honest code over a disk that somebody puts back as it was.
struct Amnesia {
  NodeIndex node = 0;
  Duration copied_at{};
  Duration restored_at{};
};
// A node whose stored bits flip at that time; nothing is expected of its data from then on.
struct BitRot {
  NodeIndex node = 0;
  Duration at{};
};
struct DiskPlan {
  bool is_real = false;  // LevelDB over a file system in memory; otherwise a map
  std::optional<BitRot> rot;
};
// The one crash of the profile crashpoint.
struct CountedCrash {
  std::uint64_t effect = 0;  // of all nodes, from 1: whoever is about to carry it out dies instead
  Survival kept = Survival::all;
  Duration away{};
};
// Who reaches whom with messages of one view: those of one group.
struct ViewPartition {
  std::vector<std::uint8_t> group;  // by node
  std::string_view muted;           // a kind of message that nobody gets; empty: none
};

struct Plan {
  std::uint64_t seed = 0;                // equal for all crash points of one base run
  Profile profile = Profile::swarm;
  std::uint64_t views = 300;             // the run ends once some node has entered this view
  std::vector<Power> powers;             // of the nodes in key order; 0: a listener, in no set
  std::vector<NodeIndex> dead;           // never started
  std::vector<std::int32_t> drift_ppm;   // of each node's clock
  bool real_signatures = false;
  ReplicaConfig config;
  NetworkPlan network;
  FaultPlan faults;
  WorkPlan work;
  ClientsPlan clients;
  ChurnPlan churn;
  DiskPlan disk;
  // Faulty are the nodes in these three and the one whose disk rots; rules are held against all
  // others.
  std::vector<Misbehaviour> byzantine;
  std::vector<Twin> twins;               // the last nodes, without power of their own
  std::optional<Amnesia> amnesia;
  std::vector<ViewPartition> partitions; // of views 1, 2, ...; for the profile twins
  Duration start_spread{};               // nodes start within this
  Duration turn{};                       // between two messages of a node to itself
  std::optional<CountedCrash> crash;     // the network heals when that node is back
  std::uint64_t heals_in_view = 0;       // once some node has entered it; 0: see faults_end
  Duration faults_end{};                 // the network heals at the latest at this time
  bool check_gap = false;                // G12 applies: nothing fails but the dead
  bool check_pause = false;              // G13 applies: nothing fails at all

  [[nodiscard]] std::size_t nodes() const { return powers.size(); }
  [[nodiscard]] bool is_faulty(NodeIndex node) const;
};

// What the caller fixes; the rest is drawn.
struct PlanRequest {
  std::uint64_t seed = 0;
  Profile profile = Profile::swarm;
  std::optional<std::size_t> nodes;    // 1 ..= 31, all of them validators of power 1
  std::optional<std::uint64_t> views;  // > 0
};
[[nodiscard]] Plan make_plan(const PlanRequest& request);

}  // namespace hs::sim
