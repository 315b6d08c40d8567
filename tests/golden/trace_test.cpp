// A recorded run of a whole reference network: each of its nodes' places is taken by one of our
// replicas, which is fed what that node received. It must vote for the same blocks and end with the
// same chain and the same validator sets. Other messages, and the step at which a commit shows, may
// differ.
#include <map>

#include "lib/blocktree/block_tree.h"
#include "lib/replica/replica.h"
#include "lib/store/memory_store.h"
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

using namespace hs;
using namespace hs::test;

namespace {

const Bytes number_key{0};

// The recorded network's app: a number that transactions increment, and transactions that set and
// delete validators. One datum a block, whose SHA-256 is the data hash.
class NumberApp : public App {
 public:
  std::variant<ProducedBlock, NotYet> produce(const ProduceRequest&) override {
    const Bytes none = to_borsh(std::uint32_t{0});
    return ProducedBlock{sha256(none), {none}};
  }
  Validation validate(const ValidateRequest& request) override {
    const Data& data = request.block.data;
    if (data.size() != 1) return InvalidBlock{"not one datum"};
    if (sha256(data.front()) != request.block.data_hash) return InvalidBlock{"wrong data hash"};
    BorshReader reader(data.front());
    const auto count = reader.u32();
    if (!count) return InvalidBlock{"not a list"};
    std::uint32_t increments = 0;
    ValidatorSetUpdates updates;
    bool any_update = false;
    for (std::uint32_t i = 0; i < *count; ++i) {
      const auto kind = reader.u8();
      if (!kind) return InvalidBlock{"truncated"};
      if (*kind == 0) {
        ++increments;
        continue;
      }
      PublicKey key;
      Power power;
      if (!decode(reader, key)) return InvalidBlock{"truncated"};
      if (*kind == 1 && !decode(reader, power)) return InvalidBlock{"truncated"};
      any_update = true;
      if (*kind == 1) updates.insert(key, power);
      if (*kind == 2) updates.erase(key);
    }
    ValidBlock valid;
    if (any_update) valid.validator_set_updates = updates;
    if (increments > 0) {
      const auto stored = request.state.get(number_key);
      BorshReader old(*stored);
      valid.app_state_updates.emplace().insert(number_key, to_borsh(*old.u32() + increments));
    }
    return valid;
  }
  Status admit(BytesView) override { return {}; }
  void on_commit(const CommittedBlock& block) override { committed.push_back(block.block.hash); }
  bool has_work(const std::optional<Hash>&, const AppView&) override { return true; }

  std::vector<Hash> committed;

 private:
  static Bytes to_borsh(std::uint32_t value) {
    BorshWriter writer;
    writer.u32(value);
    return std::move(writer).take();
  }
};

struct Vote {
  Hash block;
  Phase phase;
  friend bool operator==(const Vote&, const Vote&) = default;
};
using Votes = std::map<std::uint64_t, Vote>;  // by view

class Player {
 public:
  Player(const Json& trace, std::size_t node)
      : trace_(trace),
        node_(node),
        key_(test_key(static_cast<std::uint8_t>(node + 1))),
        config_(ReplicaConfig::with(ChainId{7}, 10, std::chrono::seconds(100'000),
                                    std::chrono::seconds(25'000))) {
    // Time stands still between the recorded deadlines, so nothing else comes due.
    config_.advertise_interval = std::chrono::seconds(10'000'000);
    std::vector<Validator> members;
    for (std::uint8_t i = 1; i <= 4; ++i) members.push_back({test_key(i).public_key(), Power{1}});
    AppStateUpdates initial;
    initial.insert(number_key, Bytes{0, 0, 0, 0});
    REQUIRE(initialise(store_, {initial, *ValidatorSet::from_members(members)}));
    replica_ = std::make_unique<Replica>(config_, key_, store_, app_, Rng(1), std::nullopt, now_);
  }

  void play() {
    for (const Json& step : trace_["steps"]) {
      if (step["node"] != node_) continue;
      record_expected_votes(step);
      const std::string type = step["type"];
      if (type == "recv") receive(step);
      if (type == "deadline") pass_deadline();
    }
  }

  Votes votes;
  Votes expected;
  std::vector<std::string> complaints;
  [[nodiscard]] const std::vector<Hash>& committed() const { return app_.committed; }
  [[nodiscard]] const ValidatorSetState& validators() const { return replica_->validators(); }

 private:
  [[nodiscard]] Message recorded(std::size_t index) const {
    const Bytes bytes = hex_bytes(trace_["messages"][index][1]);
    auto decoded = from_borsh<Message>(bytes);
    if (!decoded) throw std::runtime_error("message " + std::to_string(index));
    return *decoded;
  }
  void record_expected_votes(const Json& step) {
    if (!step.contains("sends")) return;
    for (const Json& sent : step["sends"]) {
      const Message message = recorded(sent[1]);
      if (const auto* vote = std::get_if<PhaseVote>(&message)) {
        expected.insert_or_assign(vote->view.value, Vote{vote->block, vote->phase});
      }
    }
  }
  void receive(const Json& step) {
    const auto message = std::make_shared<const Message>(recorded(step["msg"]));
    const auto from = test_key(static_cast<std::uint8_t>(step["from"].get<int>() + 1));
    act(FromPeer{from.public_key(), message, to_borsh(*message).size()});
    while (replica_->next_deadline() && *replica_->next_deadline() <= now_) act(Tick{});
  }
  void pass_deadline() {
    const std::uint64_t before = replica_->status().timeouts;
    while (replica_->status().timeouts == before) {
      now_ = std::max(now_, *replica_->next_deadline());
      act(Tick{});
    }
  }
  void act(const Input& input) {
    const Output output = replica_->step(now_, input);
    store_.write(output.writes, output.sync);
    for (const Event& event : output.events) {
      if (const auto* vote = std::get_if<event::PhaseVote>(&event)) {
        votes.insert_or_assign(vote->vote.view.value, Vote{vote->vote.block, vote->vote.phase});
      }
      if (const auto* invalid = std::get_if<event::InvalidMessage>(&event)) {
        complaints.push_back(invalid->kind + ": " + invalid->why);
      }
    }
  }

  const Json& trace_;
  std::size_t node_;
  SecretKey key_;
  ReplicaConfig config_;
  NumberApp app_;
  MemoryStore store_;
  Instant now_{};
  std::unique_ptr<Replica> replica_;
};

}  // namespace

TEST_CASE("a replica in the place of each recorded node votes and commits as that node did",
          "[golden][replica]") {
  const auto trace = load_vectors("trace.json");
  if (!trace) return;
  for (std::size_t node = 0; node < (*trace)["nodes"].size(); ++node) {
    INFO("node " << node);
    Player player(*trace, node);
    player.play();
    for (const std::string& complaint : player.complaints) {
      FAIL_CHECK("complaint about an honest message: " << complaint);
    }
    for (const auto& [view, vote] : player.expected) {
      INFO("view " << view);
      REQUIRE(player.votes.contains(view));
      CHECK(player.votes.at(view) == vote);
    }
    CHECK(player.votes.size() == player.expected.size());
    const Json& final = (*trace)["final"][node];
    std::vector<Hash> expected_chain;
    for (const Json& block : final["committed"]) expected_chain.push_back(hash(block["hash"]));
    REQUIRE(player.committed().size() >= expected_chain.size());
    for (std::size_t i = 0; i < expected_chain.size(); ++i) {
      CHECK(player.committed()[i] == expected_chain[i]);
    }
    CHECK(*player.validators().committed == validator_set(final["committed_validator_set"]));
    CHECK(player.validators().update_decided);
  }
}
