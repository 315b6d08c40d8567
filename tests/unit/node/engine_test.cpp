#include "lib/node/engine.h"

#include <fstream>

#include "lib/base/limits.h"
#include "lib/blocktree/block_tree.h"
#include "lib/kvapp/kv_app.h"
#include "lib/node/home/open_rules.h"
#include "lib/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

// A validator of a network of one or two, driven by hand, that looks onto its disk at each effect.
class Bench {
 public:
  explicit Bench(std::uint64_t self = 1, std::uint64_t validators = 1)
      : key_(test::test_key(self)) {
    std::vector<Validator> members;
    for (std::uint64_t i = 1; i <= validators; ++i) {
      members.push_back({test::test_key(i).public_key(), Power{1}});
    }
    const auto set = ValidatorSet::from_members(members);
    REQUIRE(initialise(store_, InitialState{.app_state = {}, .validators = *set}));
    const SafetyStamp stamp{.node = key_.public_key(), .genesis = Hash{}};
    SafetyFile::create(folder_ / "safety" / "record", stamp);
    safety_.emplace(folder_ / "safety" / "record");
    engine_.emplace(
        EngineParts{.config = config_,
                    .key = key_,
                    .store = store_,
                    .app = app_,
                    .safety = *safety_,
                    .rng = Rng(1)},
        EngineOutlets{
            .send = [this](const Recipient&, const MessagePtr& message) { on_send(message); },
            .tell = [this](const Event& event) { on_event(event); },
            .now = [this] { return now_; },
            .send_raw = [this](const Recipient&, const SharedBytes&) { ++raw_sent; }});
  }

  // Turns and moves time until `height` is committed; false if that takes too many turns.
  bool commits(std::uint64_t height) {
    constexpr int turns_max = 10'000;
    for (int i = 0; i < turns_max; ++i) {
      if (!turn()) now_ = std::max(now_, engine_->next_deadline().value());
      if (engine_->replica().status().committed_height >= Height{height}) return true;
    }
    return false;
  }

  bool turn() {
    const EngineCounters before = engine_->counters();
    const bool more = engine_->turn();
    most_writes_in_a_turn =
        std::max(most_writes_in_a_turn, engine_->counters().store_writes - before.store_writes);
    return more;
  }
  void pass_to(Engine& other) { other_ = &other; }
  void move_to(Instant now) { now_ = now; }
  Instant now() const { return now_; }

  Engine& engine() { return *engine_; }
  const Engine& engine() const { return *engine_; }
  MemoryStore& store() { return store_; }
  SafetyFile& safety() { return *safety_; }
  // Events told whose block the store did not hold, and votes sent that the disk knew nothing of.
  int told_too_early = 0;
  int sent_too_early = 0;
  // Votes sent that a start would forget if the newer copy of the voting record were damaged now.
  int forgotten_after_damage = 0;
  int votes_seen = 0;
  int votes_sent = 0;
  int messages_sent = 0;
  int raw_sent = 0;
  std::vector<MessagePtr> proposals;
  std::uint64_t most_writes_in_a_turn = 0;

 private:
  bool disk_holds_vote(View view) const {
    const auto voted = TreeReader(store_).highest_view_phase_voted();
    const auto recorded = SafetyFile(folder_ / "safety" / "record").content().record.voted_view;
    return voted && *voted >= view && recorded && *recorded >= view;
  }
  // What a start would make of this disk with the copy of the record that was written last damaged.
  std::optional<View> bound_after_damage() const {
    const auto copy = folder_ / "damaged";
    std::filesystem::copy_file(folder_ / "safety" / "record", copy,
                               std::filesystem::copy_options::overwrite_existing);
    const auto intact = SafetyFile(copy).content().record;
    std::optional<View> bound;
    for (const std::streamoff slot : {0, 4096}) {
      flip_byte(copy, slot + 100);
      const SafetyFile damaged(copy);
      if (damaged.content().record != intact) {  // it was the newer one
        const auto content = reconcile(damaged.content(), TreeReader(store_));
        bound = content ? content->record.voted_view : View{number_max};  // refused: votes never
      }
      flip_byte(copy, slot + 100);
    }
    return bound;
  }
  static void flip_byte(const std::filesystem::path& file, std::streamoff offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(offset);
    const int byte = stream.get();
    stream.seekp(offset);
    stream.put(static_cast<char>(byte ^ 0x5a));
    REQUIRE(stream.good());
  }
  void on_event(const Event& event) {
    const TreeReader disk(store_);
    if (const auto* commit = std::get_if<event::CommitBlock>(&event)) {
      if (disk.block_at(commit->height) != commit->block) ++told_too_early;
    }
    if (const auto* vote = std::get_if<event::PhaseVote>(&event)) {
      ++votes_seen;
      if (!disk_holds_vote(vote->vote.view)) ++told_too_early;
      if (bound_after_damage() < vote->vote.view) ++forgotten_after_damage;
    }
  }
  void on_send(const MessagePtr& message) {
    ++messages_sent;
    if (const auto* proposal = std::get_if<Proposal>(message.get())) {
      proposals.push_back(message);
      if (!TreeReader(store_).contains(proposal->block.hash)) ++sent_too_early;
    }
    if (const auto* vote = std::get_if<PhaseVote>(message.get())) {
      ++votes_sent;
      if (!disk_holds_vote(vote->view)) ++sent_too_early;
    }
    if (other_ != nullptr) {
      other_->put(FromPeer{.origin = key_.public_key(), .message = message, .bytes = 0});
    }
  }

  test::TempDir folder_;
  SecretKey key_;
  ReplicaConfig config_ =
      ReplicaConfig::with(ChainId{7}, 10, milliseconds(1000), milliseconds(250));
  MemoryStore store_;
  KvApp app_{KvAppConfig{.chain_id = ChainId{7}, .pool = {}, .index_salt = 0}};
  std::optional<SafetyFile> safety_;
  Instant now_{std::chrono::hours(1)};
  std::optional<Engine> engine_;
  Engine* other_ = nullptr;
};

// Two validators that hear each other, until the first has committed `height`.
void run_to(Height height, Bench& first, Bench& second) {
  first.pass_to(second.engine());
  second.pass_to(first.engine());
  const auto is_there = [&] {
    return first.engine().replica().status().committed_height.value_or(Height{0}) >= height;
  };
  constexpr int turns_max = 10'000;
  for (int i = 0; i < turns_max && !is_there(); ++i) {
    const bool more = first.turn();
    if (second.turn() || more) continue;
    const Instant next =
        std::min(first.engine().next_deadline().value(), second.engine().next_deadline().value());
    first.move_to(std::max(first.now(), next));
    second.move_to(first.now());
  }
  REQUIRE(is_there());
}

}  // namespace

TEST_CASE("a replica alone commits, fed by its own messages", "[node]") {
  Bench bench;
  CHECK(bench.commits(20));
}

TEST_CASE("no vote is forgotten where the newer copy of its record is damaged right after it",
          "[node][HS-PERSIST]") {
  Bench bench;
  REQUIRE(bench.commits(20));
  CHECK(bench.votes_seen >= 20);
  CHECK(bench.forgotten_after_damage == 0);
}

TEST_CASE("nothing is told or sent before the disk holds it", "[node][HS-PERSIST]") {
  Bench bench;
  REQUIRE(bench.commits(20));
  CHECK(bench.votes_seen >= 20);
  CHECK(bench.told_too_early == 0);
  CHECK(bench.sent_too_early == 0);
}

TEST_CASE("no vote leaves for another validator before its record is on disk", "[node][S02]") {
  Bench first(1, 2);
  Bench second(2, 2);
  run_to(Height{20}, first, second);
  for (const Bench* bench : {&first, &second}) {
    CHECK(bench->votes_sent >= 10);
    CHECK(bench->sent_too_early == 0);
    CHECK(bench->told_too_early == 0);
  }
}

TEST_CASE("a vote of the own key that no record knows of ends an engine before it votes",
          "[node][S02][S02c]") {
  Bench first(1, 2);
  Bench second(2, 2);
  run_to(Height{5}, first, second);
  // Twice over, as what comes before its parent is not kept.
  const auto show_the_chain_to = [&](Bench& bench) {
    for (int round = 0; round < 2; ++round) {
      for (const Bench* proposer : {&first, &second}) {
        for (const MessagePtr& proposal : proposer->proposals) {
          const PublicKey& origin = proposer->engine().self();
          bench.engine().put(FromPeer{.origin = origin, .message = proposal, .bytes = 0});
          bench.turn();
        }
      }
    }
  };
  show_the_chain_to(first);
  CHECK(first.engine().unknown_vote() == std::nullopt);

  Bench older(1, 2);  // the home of the first as it was before its first vote
  show_the_chain_to(older);
  REQUIRE(older.engine().unknown_vote().has_value());
  CHECK(older.engine().newest_vote() == std::nullopt);
  CHECK(older.votes_sent == 0);
  const EngineCounters before = older.engine().counters();
  older.engine().put(WorkAvailable{});
  CHECK(older.engine().waiting() == 0);
  CHECK_FALSE(older.turn());
  CHECK(older.engine().next_deadline() == std::nullopt);
  CHECK(older.engine().counters().steps == before.steps);

  // As when many and large messages have come at once.
  Bench flooded(1, 2);
  for (int round = 0; round < 2; ++round) {
    for (const Bench* proposer : {&first, &second}) {
      for (const MessagePtr& proposal : proposer->proposals) {
        flooded.engine().put(
            FromPeer{.origin = proposer->engine().self(), .message = proposal, .bytes = 1 << 20});
      }
    }
  }
  while (flooded.engine().waiting() > 0 && !flooded.engine().unknown_vote()) flooded.turn();
  REQUIRE(flooded.engine().unknown_vote().has_value());
  CHECK(flooded.engine().waiting() == 0);
  CHECK(flooded.engine().waiting_bytes() == 0);

  Bench forgiven(1, 2);
  forgiven.engine().forgive_unknown_votes();
  show_the_chain_to(forgiven);
  CHECK(forgiven.engine().unknown_vote() == std::nullopt);
}

TEST_CASE("a turn of several steps costs one write and one sync at most", "[node]") {
  Bench bench;
  REQUIRE(bench.commits(20));
  CHECK(bench.most_writes_in_a_turn == 1);
  CHECK(bench.engine().counters().store_writes < bench.engine().counters().steps);
  CHECK(bench.engine().counters().store_syncs <= bench.engine().counters().store_writes);
}

TEST_CASE("an engine misbehaves as long as it is told to, and stores what is true", "[node]") {
  Bench bench(1, 2);
  bench.engine().put(PeerUp{test::test_key(2).public_key()});
  const auto sends_in_a_while = [&] {
    bench.messages_sent = bench.raw_sent = 0;
    constexpr int turns = 200;  // of views that nobody else votes in
    for (int i = 0; i < turns; ++i) {
      if (!bench.turn()) bench.move_to(std::max(bench.now(), *bench.engine().next_deadline()));
    }
    return bench.messages_sent;
  };
  CHECK(sends_in_a_while() > 0);
  CHECK(bench.raw_sent == 0);
  bench.engine().misbehave({byzantine::Kind::silent});
  CHECK(sends_in_a_while() == 0);
  bench.engine().misbehave({byzantine::Kind::garbage});
  CHECK(sends_in_a_while() > 0);
  CHECK(bench.raw_sent > 0);
  bench.engine().misbehave({});
  CHECK(sends_in_a_while() > 0);
  CHECK(bench.raw_sent == 0);
  CHECK(bench.sent_too_early == 0);
  CHECK(bench.told_too_early == 0);
}

TEST_CASE("what waits is accounted until it is taken", "[node][S21]") {
  Bench bench;
  const auto message =
      std::make_shared<const Message>(Message{NewView{ChainId{7}, View{0}, genesis_pc()}});
  std::size_t expected = 0;
  for (std::size_t bytes : {100, 20, 3}) {
    bench.engine().put(FromPeer{.origin = PublicKey{}, .message = message, .bytes = bytes});
    expected += bytes;
    CHECK(bench.engine().waiting_bytes() == expected);
  }
  while (bench.engine().waiting() > 0) bench.turn();
  CHECK(bench.engine().waiting_bytes() == 0);
}

TEST_CASE("the voting record follows the votes", "[node]") {
  Bench bench;
  REQUIRE(bench.commits(5));
  CHECK(bench.safety().content().record.voted_view ==
        TreeReader(bench.store()).highest_view_phase_voted());
}

}  // namespace hs
