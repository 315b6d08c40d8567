// A few replicas wired together without a simulator: messages are delivered at once, in order, and
// time only moves when nothing is left to deliver. For unit tests that want to say exactly what
// happens.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "lib/blocktree/block_tree.h"
#include "lib/replica/drive.h"
#include "lib/replica/replica.h"
#include "lib/store/memory_store.h"
#include "tests/support/keys.h"

namespace hs::test {

// Every block holds one datum, its height, and sets the key "height" to it. The data hash is that
// of the datum.
class HeightApp : public App {
 public:
  bool idle = false;       // nothing to propose unless it must
  bool one_datum = false;  // although idle, the next block has something in it
  bool poisoned = false;   // its blocks, but for plain ones, remove every validator

  std::variant<ProducedBlock, NotYet> produce(const ProduceRequest& request) override {
    if (idle && !request.must_propose && !one_datum) return NotYet{};
    if (poisoned && !request.plain) {
      const Bytes poison = to_bytes("poison");
      return ProducedBlock{sha256(poison), {poison}};
    }
    if (idle && !std::exchange(one_datum, false)) return ProducedBlock{sha256(BytesView{}), {}};
    const Bytes datum = to_borsh(request.height);
    return ProducedBlock{sha256(datum), {datum}};
  }
  Validation validate(const ValidateRequest& request) override {
    ++validated;
    if (on_validate) on_validate(request);
    const Data& data = request.block.data;
    const Bytes datum = data.empty() ? Bytes{} : data.front();
    if (request.block.data_hash != sha256(datum)) return InvalidBlock{"the data hash does not fit"};
    if (datum == to_bytes("poison")) {
      ValidatorSetUpdates nobody_left;
      for (const Validator& member : request.state.committed_validators().members()) {
        nobody_left.erase(member.key);
      }
      return ValidBlock{{}, nobody_left};
    }
    AppStateUpdates updates;
    updates.insert(to_bytes("height"), to_borsh(request.block.height));
    return ValidBlock{updates, updates_at ? updates_at(request.block.height) : std::nullopt};
  }
  Status admit(BytesView) override { return {}; }
  void on_commit(const CommittedBlock& block) override { committed.push_back(block.block.hash); }
  bool has_work(const std::optional<Hash>&, const AppView&) override { return !idle; }

  std::function<std::optional<ValidatorSetUpdates>(Height)> updates_at;
  std::function<void(const ValidateRequest&)> on_validate;
  std::size_t validated = 0;  // calls of validate()
  std::vector<Hash> committed;
};

class Cluster {
 public:
  struct Node {
    explicit Node(SecretKey secret) : key(std::move(secret)) {}
    SecretKey key;
    MemoryStore store;
    HeightApp app;
    std::optional<SafetyRecord> record;
    std::unique_ptr<Replica> replica;
    SelfQueue self_queue;
    std::vector<Event> events;
    bool up = true;
  };

  // Replicas with keys 1 ..= n, of which the first `validators` are validators of power 1.
  explicit Cluster(int n, int validators = 0, ReplicaConfig replica_config = default_config())
      : config(std::move(replica_config)) {
    std::vector<Validator> members;
    for (int i = 0; i < (validators > 0 ? validators : n); ++i) {
      members.push_back({test_key(static_cast<std::uint8_t>(i + 1)).public_key(), Power{1}});
    }
    const ValidatorSet set = *ValidatorSet::from_members(members);
    for (int i = 0; i < n; ++i) {
      nodes.push_back(std::make_unique<Node>(Node(test_key(static_cast<std::uint8_t>(i + 1)))));
      if (!initialise(nodes.back()->store, {{}, set})) std::abort();
    }
    for (int i = 0; i < n; ++i) start(i);
  }

  [[nodiscard]] static ReplicaConfig default_config() {
    return ReplicaConfig::with(ChainId{7}, 10, milliseconds(1000), milliseconds(250));
  }

  void start(int i) {
    Node& node = *nodes[static_cast<std::size_t>(i)];
    node.replica = std::make_unique<Replica>(config, node.key, node.store, node.app,
                                             Rng(static_cast<std::uint64_t>(i)), node.record, now);
    node.up = true;
    for (const auto& other : nodes) {
      if (other.get() == &node || !other->up || !other->replica) continue;
      step(node, PeerUp{other->key.public_key()});
      step(*other, PeerUp{node.key.public_key()});
    }
    if (nodes.size() == 1) step(node, Tick{});
  }
  void crash(int i) {
    Node& node = *nodes[static_cast<std::size_t>(i)];
    node.up = false;
    node.replica.reset();
    node.self_queue.clear();
    for (const auto& other : nodes) {
      if (other->up) step(*other, PeerDown{node.key.public_key()});
    }
  }

  // Delivers everything, then lets time pass to the next deadline, until `until`.
  void run_for(Duration duration) {
    const Instant end = now + duration;
    while (true) {
      if (deliver_one()) continue;
      std::optional<Instant> earliest;
      for (const auto& node : nodes) {
        if (!node->up) continue;
        const auto deadline = node->replica->next_deadline();
        if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
      }
      if (!earliest || *earliest > end) break;
      if (*earliest > now) now = *earliest;
      for (const auto& node : nodes) {
        if (!node->up) continue;
        const auto deadline = node->replica->next_deadline();
        if (deadline && *deadline <= now) step(*node, Tick{});
      }
    }
    now = end;
  }

  // Return false to lose the message.
  std::function<bool(int from, int to, const Message& message)> deliver;

  void step(Node& node, const Input& input) {
    const Output output = node.replica->step(now, input);
    Driver driver{*this, node};
    act_on(output, driver, node.self_queue);
  }

  [[nodiscard]] std::optional<Height> committed(int i) const {
    return nodes[static_cast<std::size_t>(i)]->replica->status().committed_height;
  }

  ReplicaConfig config;
  Instant now{};
  std::vector<std::unique_ptr<Node>> nodes;

 private:
  struct Driver {
    Cluster& cluster;
    Node& node;
    void write(const WriteBatch& batch, bool sync) { node.store.write(batch, sync); }
    void write_record(const SafetyRecord& record) { node.record = record; }
    void send(const Recipient& to, const MessagePtr& message) {
      cluster.post(node, std::get_if<PublicKey>(&to), message);
    }
    void tell(const Event& event) { node.events.push_back(event); }
    const PublicKey& self() { return node.key.public_key(); }
  };
  struct InFlight {
    std::size_t from;
    std::size_t to;
    MessagePtr message;
  };

  void post(const Node& from, const PublicKey* to, const MessagePtr& message) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].get() == &from) continue;
      if (to != nullptr && nodes[i]->key.public_key() != *to) continue;
      for (std::size_t j = 0; j < nodes.size(); ++j) {
        if (nodes[j].get() == &from) in_flight_.push_back({j, i, message});
      }
    }
  }
  bool deliver_one() {
    for (const auto& node : nodes) {
      if (!node->up || node->self_queue.empty()) continue;
      const MessagePtr message = node->self_queue.front();
      node->self_queue.pop_front();
      step(*node, FromPeer{node->key.public_key(), message, to_borsh(*message).size()});
      return true;
    }
    if (in_flight_.empty()) return false;
    const InFlight flight = in_flight_.front();
    in_flight_.pop_front();
    Node& to = *nodes[flight.to];
    if (!to.up) return true;
    if (deliver &&
        !deliver(static_cast<int>(flight.from), static_cast<int>(flight.to), *flight.message)) {
      return true;
    }
    const Bytes bytes = to_borsh(*flight.message);
    auto decoded = from_borsh<Message>(bytes);
    if (!decoded) std::abort();
    step(to, FromPeer{nodes[flight.from]->key.public_key(),
                      std::make_shared<const Message>(std::move(*decoded)), bytes.size()});
    return true;
  }

  std::deque<InFlight> in_flight_;
};

}  // namespace hs::test
