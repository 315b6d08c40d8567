// What the profiles promise to bring about does happen: checks that never had anything to look at
// would prove nothing.
#include "lib/sim/disk/level_disk.h"
#include "lib/sim/run.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

TEST_CASE("a handful of seeds meets every kind of fault and event", "[sim]") {
  Marks marks;
  bool real_signatures = false;
  bool kv = false;
  for (const Profile profile :
       {Profile::swarm, Profile::crash, Profile::partition, Profile::sync, Profile::vsu,
        Profile::disk}) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const PlanRequest request{.seed = seed, .profile = profile, .nodes = {}, .views = 60};
      const Plan plan = make_plan(request);
      real_signatures = real_signatures || plan.real_signatures;
      kv = kv || plan.work.app == AppKind::kv;
      const RunResult result = run_seed(request, {.real_disk = make_level_disk});
      INFO(replay_line(request));
      REQUIRE_FALSE(result.violation.has_value());
      marks.add(result.marks);
    }
  }
  CHECK(real_signatures);
  CHECK(kv);
  const auto table = marks.table();
  for (const char* name :
       {"write refused by the disk", "bit flipped on a disk", "damage found by a node",
        "AdvanceView", "CollectPC", "CollectTC", "CommitBlock", "EndSync", "InsertBlock",
        "NewView", "Nudge", "PhaseVote", "Propose", "PruneBlock", "ReceiveAdvanceView",
        "ReceiveNewView",
        "ReceiveNudge",
        "ReceivePhaseVote", "ReceiveProposal", "ReceiveSyncRequest", "ReceiveTimeoutVote",
        "SendSyncResponse", "StartSync", "StartView", "TimeoutVote", "UpdateHighestPC",
        "UpdateHighestTC", "UpdateLockedPC", "UpdateValidatorSet", "ViewTimeout", "all crash",
        "crash in a step",
        "message doubled", "message lost", "message swallowed by a cut", "partition: bridge",
        "partition: groups", "partition: one isolated", "partition: one way",
        "partition: random links", "pause", "power lost", "process killed", "validator set updated",
        "set change: add", "set change: remove", "set change: power", "set change: replace all",
        "set change: remove a leader", "set change: all but one", "set change: everybody",
        "set change: nothing", "set change with members down", "all crash in a set change"}) {
    INFO(name);
    CHECK(table.contains(name));
  }
}

}  // namespace
}  // namespace hs::sim
