// Four wrapped replicas, the first of which may misbehave; messages are delivered at once and in
// order, and what the first one sends is kept to be looked at.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "lib/base/check.h"
#include "lib/byzantine/wrapper.h"
#include "tests/support/catch.h"
#include "tests/support/cluster.h"

namespace hs::byzantine {

using test::HeightApp;
using test::test_key;

// What the first replica sent to one peer: a message, or bytes.
struct Sent {
  PublicKey to;
  MessagePtr message;  // null: bytes
  std::shared_ptr<const Bytes> bytes;
};

class Net {
 public:
  static constexpr std::size_t size = 4;

  // Of the keys 1 to 4, those from `first_member` on are validators.
  explicit Net(Kind kind, std::uint8_t first_member = 1)
      : config(ReplicaConfig::with(ChainId{7}, 10, milliseconds(1000), milliseconds(250))) {
    std::vector<Validator> members;
    for (std::uint8_t i = first_member; i <= size; ++i) {
      members.push_back({test_key(i).public_key(), Power{1}});
    }
    const ValidatorSet set = *ValidatorSet::from_members(members);
    for (std::size_t i = 0; i < size; ++i) {
      nodes.push_back(std::make_unique<Node>(test_key(static_cast<std::uint8_t>(i + 1))));
      Node& node = *nodes.back();
      node.app.idle = true;  // a block every idle interval, and time passes
      HS_CHECK(initialise(node.store, {{}, set}).has_value());
      node.wrapper =
          std::make_unique<Wrapper>(config, node.key, node.store, node.app, Rng(i), std::nullopt,
                                    now, i == 0 ? kind : Kind::honest);
    }
    for (const auto& a : nodes) {
      for (const auto& b : nodes) {
        if (a != b) step(*a, PeerUp{b->key.public_key()});
      }
    }
  }

  void run_for(Duration duration) {
    const Instant end = now + duration;
    while (now < end) {
      if (deliver_one()) continue;
      // Something to propose once in a while, so that blocks differ.
      for (const auto& node : nodes) node->app.one_datum = turns_ % 8 == 0;
      ++turns_;
      Instant earliest = Instant::max();
      for (const auto& node : nodes) {
        earliest = std::min(earliest, node->wrapper->next_deadline().value_or(Instant::max()));
      }
      if (earliest > end) break;
      now = std::max(now, earliest);
      for (const auto& node : nodes) {
        if (node->wrapper->next_deadline().value_or(Instant::max()) <= now) step(*node, Tick{});
      }
    }
    now = end;
  }
  // As if `from` had sent it to the first one.
  void give(std::size_t from, Message message) {
    step(*nodes[0], FromPeer{nodes[from]->key.public_key(),
                             std::make_shared<const Message>(std::move(message)), 0});
  }

  [[nodiscard]] const PublicKey& key(std::size_t i) const { return nodes[i]->key.public_key(); }
  template <class T>
  [[nodiscard]] std::vector<T> sent_as() const {
    std::vector<T> found;
    for (const Sent& each : sent) {
      if (each.message == nullptr) continue;
      if (const auto* message = std::get_if<T>(each.message.get())) found.push_back(*message);
    }
    return found;
  }
  template <class T>
  [[nodiscard]] std::size_t told(std::size_t node) const {
    const auto& events = nodes[node]->events;
    return static_cast<std::size_t>(std::ranges::count_if(
        events, [](const Event& event) { return std::holds_alternative<T>(event); }));
  }
  // Do the last three replicas hold one chain, and how many blocks are on all of their disks?
  [[nodiscard]] std::size_t common_blocks() const {
    std::size_t common = nodes[1]->app.committed.size();
    for (std::size_t i = 2; i < size; ++i) {
      common = std::min(common, nodes[i]->app.committed.size());
    }
    for (std::size_t at = 0; at < common; ++at) {
      for (std::size_t i = 2; i < size; ++i) {
        REQUIRE(nodes[i]->app.committed[at] == nodes[1]->app.committed[at]);
      }
    }
    return common;
  }

  struct Node {
    explicit Node(SecretKey secret) : key(std::move(secret)) {}
    SecretKey key;
    MemoryStore store;
    HeightApp app;
    std::unique_ptr<Wrapper> wrapper;
    SelfQueue to_self;
    std::vector<Event> events;
  };

  ReplicaConfig config;
  Instant now{};
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<Sent> sent;  // by the first one

 private:
  struct InFlight {
    std::size_t from, to;
    std::shared_ptr<const Bytes> bytes;
  };
  struct Driver {
    Net& net;
    Node& node;
    void write(const WriteBatch& batch, bool sync) { node.store.write(batch, sync); }
    void write_record(const SafetyRecord&) {}
    void send(const Recipient& to, const MessagePtr& message) {
      net.post(node, to, message, std::make_shared<const Bytes>(to_borsh(*message)));
    }
    void tell(const Event& event) { node.events.push_back(event); }
    const PublicKey& self() { return node.key.public_key(); }
  };

  void step(Node& node, const Input& input) {
    const Output output = node.wrapper->step(now, input);
    Driver driver{*this, node};
    act_on(output, driver, node.to_self);
    for (const RawSend& raw : node.wrapper->take_raw()) post(node, raw.to, nullptr, raw.bytes);
  }
  void post(const Node& from, const Recipient& to, const MessagePtr& message,
            const std::shared_ptr<const Bytes>& bytes) {
    const auto* peer = std::get_if<PublicKey>(&to);
    const auto sender = std::ranges::find_if(
        nodes, [&](const auto& node) { return node.get() == &from; });
    const auto from_index = static_cast<std::size_t>(sender - nodes.begin());
    for (std::size_t i = 0; i < size; ++i) {
      if (i == from_index || (peer != nullptr && key(i) != *peer)) continue;
      in_flight_.push_back({from_index, i, bytes});
      if (from_index == 0) sent.push_back({key(i), message, bytes});
    }
  }
  bool deliver_one() {
    for (const auto& node : nodes) {
      if (node->to_self.empty()) continue;
      const MessagePtr message = node->to_self.front();
      node->to_self.pop_front();
      step(*node, FromPeer{node->key.public_key(), message, 0});
      return true;
    }
    if (in_flight_.empty()) return false;
    const InFlight flight = in_flight_.front();
    in_flight_.pop_front();
    auto message = from_borsh<Message>(*flight.bytes);
    if (!message) return true;  // as drivers do
    step(*nodes[flight.to], FromPeer{key(flight.from),
                                     std::make_shared<const Message>(*std::move(message)),
                                     flight.bytes->size()});
    return true;
  }

  std::deque<InFlight> in_flight_;
  std::uint64_t turns_ = 0;
};

}  // namespace hs::byzantine
