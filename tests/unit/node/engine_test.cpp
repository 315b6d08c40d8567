#include "lib/node/engine.h"

#include "lib/blocktree/block_tree.h"
#include "lib/kvapp/kv_app.h"
#include "lib/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

// A network of one on a store that says when it was written, driven by hand.
class Bench {
 public:
  Bench() {
    const auto set = ValidatorSet::from_members({{key_.public_key(), Power{1}}});
    REQUIRE(initialise(store_, InitialState{.app_state = {}, .validators = *set}));
    const SafetyStamp stamp{.node = key_.public_key(), .genesis = Hash{}};
    SafetyFile::create(folder_ / "safety" / "record", stamp);
    safety_.emplace(folder_ / "safety" / "record");
    engine_.emplace(EngineParts{.config = config_,
                                .key = key_,
                                .store = store_,
                                .app = app_,
                                .safety = *safety_,
                                .rng = Rng(1)},
                    EngineOutlets{.send = [this](const Recipient&,
                                                 const MessagePtr& message) { on_send(*message); },
                                  .tell = [this](const Event& event) { on_event(event); },
                                  .now = [this] { return now_; }});
  }

  // Turns and moves time until `height` is committed; false if that takes too many turns.
  bool commits(std::uint64_t height) {
    constexpr int turns_max = 10'000;
    for (int i = 0; i < turns_max; ++i) {
      if (!engine_->turn()) now_ = std::max(now_, engine_->next_deadline().value());
      if (engine_->replica().status().committed_height >= Height{height}) return true;
    }
    return false;
  }

  Engine& engine() { return *engine_; }
  MemoryStore& store() { return store_; }
  SafetyFile& safety() { return *safety_; }
  // Events told whose block the store did not hold, and votes sent that the disk knew nothing of.
  int told_too_early = 0;
  int sent_too_early = 0;
  int votes_seen = 0;

 private:
  void on_event(const Event& event) {
    const TreeReader disk(store_);
    if (const auto* commit = std::get_if<event::CommitBlock>(&event)) {
      if (disk.block_at(commit->height) != commit->block) ++told_too_early;
    }
    if (const auto* vote = std::get_if<event::PhaseVote>(&event)) {
      ++votes_seen;
      const auto voted = disk.highest_view_phase_voted();
      if (!voted || *voted < vote->vote.view) ++told_too_early;
      const SafetyFile record(folder_ / "safety" / "record");
      if (!record.content().record.voted_view ||
          *record.content().record.voted_view < vote->vote.view) {
        ++told_too_early;
      }
    }
  }
  void on_send(const Message& message) {
    if (const auto* proposal = std::get_if<Proposal>(&message)) {
      if (!TreeReader(store_).contains(proposal->block.hash)) ++sent_too_early;
    }
  }

  test::TempDir folder_;
  SecretKey key_ = test::test_key(1);
  ReplicaConfig config_ =
      ReplicaConfig::with(ChainId{7}, 10, milliseconds(1000), milliseconds(250));
  MemoryStore store_;
  KvApp app_{KvAppConfig{.chain_id = ChainId{7}, .pool = {}, .index_salt = 0}};
  std::optional<SafetyFile> safety_;
  Instant now_{std::chrono::hours(1)};
  std::optional<Engine> engine_;
};

}  // namespace

TEST_CASE("a replica alone commits, fed by its own messages", "[node]") {
  Bench bench;
  CHECK(bench.commits(20));
}

TEST_CASE("nothing is told or sent before the disk holds it", "[node][HS-PERSIST]") {
  Bench bench;
  REQUIRE(bench.commits(20));
  CHECK(bench.votes_seen >= 20);
  CHECK(bench.told_too_early == 0);
  CHECK(bench.sent_too_early == 0);
}

TEST_CASE("a turn of several steps costs one write and one sync at most", "[node]") {
  Bench bench;
  REQUIRE(bench.commits(20));
  const EngineCounters before = bench.engine().counters();
  CHECK(before.store_writes < before.steps);
  CHECK(before.store_syncs <= before.store_writes);
}

TEST_CASE("the voting record follows the votes", "[node]") {
  Bench bench;
  REQUIRE(bench.commits(5));
  CHECK(bench.safety().content().record.voted_view ==
        TreeReader(bench.store()).highest_view_phase_voted());
}

}  // namespace hs
