// One real replica among peers that the test plays itself: it says what arrives, with signatures of
// test keys, and looks at what the replica sends, stores and tells. Time moves only when it says
// so.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "lib/blocktree/block_tree.h"
#include "lib/pacemaker/timing.h"
#include "lib/replica/drive.h"
#include "lib/replica/replica.h"
#include "lib/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/support/cluster.h"

namespace hs::test {

class Lone {
 public:
  using Signers = std::vector<std::uint8_t>;

  // The replica has test key `own`; all other keys are the test's. T is 1 s, an idle interval 250
  // ms.
  explicit Lone(std::uint8_t own = 1, const ValidatorSet& genesis = four(),
                const ReplicaConfig& replica_config = Cluster::default_config())
      : config(replica_config), key(test_key(own)), set(genesis) {
    HS_CHECK(initialise(store, {{}, genesis}).has_value());
    start();
  }
  Lone(const Lone&) = delete;
  Lone& operator=(const Lone&) = delete;

  [[nodiscard]] static ValidatorSet four() { return test_set({{1}, {2}, {3}, {4}}); }

  // ---- life ----
  void start() {
    replica = std::make_unique<Replica>(config, key, store, app, Rng(1), record, now);
    step(Tick{});
  }
  // As after a crash between two steps: what was written is there, all else is gone.
  void restart() {
    replica.reset();
    self_queue_.clear();
    start();
  }
  void step(const Input& input) {
    act(input);
    // What the replica sends to itself, and work it has put off, comes before anything else
    // happens.
    for (int turns = 0; turns < 10'000; ++turns) {
      if (!self_queue_.empty()) {
        const MessagePtr message = self_queue_.front();
        self_queue_.pop_front();
        act(FromPeer{key.public_key(), message, to_borsh(*message).size()});
      } else if (is_due()) {
        act(Tick{});
      } else {
        return;
      }
    }
    FAIL("the replica wants to be stepped for ever");
  }
  // One input and nothing else.
  void act(const Input& input) {
    const Output output = replica->step(now, input);
    for (const Send& send : output.sends) sent.push_back(send);
    Driver driver{*this};
    act_on(output, driver, self_queue_);
    ++steps;
  }
  [[nodiscard]] bool is_due() const {
    const auto deadline = replica->next_deadline();
    return deadline && *deadline <= now;
  }
  void wait(Duration duration) {
    const Instant end = now + duration;
    while (true) {
      const auto deadline = replica->next_deadline();
      if (!deadline || *deadline > end) break;
      now = std::max(now, *deadline);
      step(Tick{});
    }
    now = end;
  }

  // ---- what arrives ----
  void connect(const Signers& peers) {
    for (const std::uint8_t peer : peers) step(PeerUp{test_key(peer).public_key()});
  }
  void receive(std::uint8_t origin, const Message& message) {
    const Bytes bytes = to_borsh(message);
    auto decoded = from_borsh<Message>(bytes);
    if (!decoded) return;  // as the transport does with what does not decode
    step(FromPeer{test_key(origin).public_key(),
                  std::make_shared<const Message>(std::move(*decoded)), bytes.size()});
  }
  void advance(const ProgressCertificate& certificate, std::uint8_t origin = 0) {
    receive(origin == 0 ? somebody() : origin, AdvanceView{certificate});
  }
  void propose(const Block& block, std::optional<View> in = std::nullopt) {
    const View proposed_in = in ? *in : view();
    receive(leader(proposed_in), Proposal{test_chain, proposed_in, block});
  }
  void vote(std::uint8_t signer, View in, const Hash& block, Phase phase = Phase::generic) {
    const Signature signature =
        test_key(signer).sign(phase_statement(test_chain, in, block, phase));
    receive(signer, PhaseVote{test_chain, in, block, phase, signature});
  }
  void vote_timeout(std::uint8_t signer, View in,
                    const std::optional<TimeoutCertificate>& highest = std::nullopt) {
    const Signature signature = test_key(signer).sign(timeout_statement(test_chain, in));
    receive(signer, TimeoutVote{test_chain, in, signature, highest});
  }

  // ---- certificates and blocks ----
  [[nodiscard]] PhaseCertificate pc(View certified_in, const Hash& block,
                                    Phase phase = Phase::generic) const {
    return pc(certified_in, block, phase, signers);
  }
  [[nodiscard]] PhaseCertificate pc(View certified_in, const Hash& block, Phase phase,
                                    const Signers& by) const {
    return signed_pc(test_pc(certified_in.value, block, phase), set, by);
  }
  [[nodiscard]] TimeoutCertificate tc(std::uint64_t timed_out) const {
    return signed_tc(timed_out, set, signers);
  }
  // A block that HeightApp accepts.
  [[nodiscard]] static Block block(Height height, const PhaseCertificate& justify,
                                   std::string_view name) {
    const Bytes datum = to_bytes(name);
    return make_block(height, justify, sha256(datum), {datum});
  }

  // ---- a chain that grows as it should ----
  // The view moves by one through a certificate of the chain's newest block (at first through
  // TC(0)), and the next block is proposed, by this replica itself where it leads.
  const Block& grow() {
    const PhaseCertificate justify = chain.empty() ? genesis_pc() : pc(view(), chain.back().hash);
    if (chain.empty()) {
      advance(tc(0));
    } else {
      advance(justify);
    }
    return propose_next(justify);
  }
  // A block on `justify` for the current view.
  const Block& propose_next(const PhaseCertificate& justify) {
    if (set.leader(view()) == key.public_key()) {
      if (all<Proposal>().empty() || all<Proposal>().back().view != view()) {
        wait(config.view_timeout / 8);  // after a timeout it waits for NewViews
      }
      const auto own = all<Proposal>();
      HS_CHECK(!own.empty());
      HS_CHECK(own.back().view == view());
      return chain.emplace_back(own.back().block);
    }
    const Height height{chain.size()};
    propose(chain.emplace_back(block(height, justify, "block " + std::to_string(height.value))));
    return chain.back();
  }
  void grow_to(std::uint64_t last_view) {
    while (view().value < last_view) grow();
  }
  // The next block of grow() changes the validator set.
  const Block& grow_update(const ValidatorSetUpdates& updates) {
    const Height height{chain.size()};
    app.updates_at = [height, updates, before = app.updates_at](Height at) {
      if (at == height) return std::optional(updates);
      return before ? before(at) : std::nullopt;
    };
    return grow();
  }
  // The chain's newest block, an update, is committed by the old set and decided by the new one.
  void commit_update() { advance(pc(view(), chain.back().hash, Phase::commit)); }
  PhaseCertificate decide_update(const ValidatorSetUpdates& updates, const Signers& by) {
    set = *set.with(updates);
    signers = by;
    const PhaseCertificate decide = pc(view(), chain.back().hash, Phase::decide);
    advance(decide, by.back());
    return decide;
  }

  // ---- what is seen ----
  [[nodiscard]] View view() const { return replica->status().view; }
  [[nodiscard]] BlockTree tree() const { return BlockTree(store); }
  [[nodiscard]] std::uint8_t leader(View in) const { return leader(in, set); }
  [[nodiscard]] static std::uint8_t leader(View in, const ValidatorSet& of) {
    for (std::uint8_t n = 1; n < 255; ++n) {
      if (test_key(n).public_key() == of.leader(in)) return n;
    }
    HS_CHECK(false);
    return 0;
  }
  template <class T>
  [[nodiscard]] std::vector<T> all() const {
    std::vector<T> found;
    for (const Send& send : sent) {
      if (const auto* message = std::get_if<T>(send.message.get())) found.push_back(*message);
    }
    return found;
  }
  // Those of them that were sent to one peer alone.
  template <class T>
  [[nodiscard]] std::vector<T> all_to(std::uint8_t peer) const {
    std::vector<T> found;
    for (const Send& send : sent) {
      const auto* to = std::get_if<PublicKey>(&send.to);
      const auto* message = std::get_if<T>(send.message.get());
      if (to != nullptr && *to == test_key(peer).public_key() && message != nullptr) {
        found.push_back(*message);
      }
    }
    return found;
  }
  template <class T>
  [[nodiscard]] std::vector<T> told() const {
    std::vector<T> found;
    for (const Event& event : events) {
      if (const auto* wanted = std::get_if<T>(&event)) found.push_back(*wanted);
    }
    return found;
  }
  [[nodiscard]] bool has_voted_for(const Hash& block, Phase phase = Phase::generic) const {
    for (const PhaseVote& vote : all<PhaseVote>()) {
      if (vote.block == block && vote.phase == phase) return true;
    }
    return false;
  }
  void forget() {
    sent.clear();
    events.clear();
  }

  ReplicaConfig config;
  SecretKey key;
  ValidatorSet set;          // by which certificates are signed,
  Signers signers{1, 2, 3};  // and these of its members that sign
  MemoryStore store;
  HeightApp app;
  std::optional<SafetyRecord> record;
  std::unique_ptr<Replica> replica;
  Instant now{};
  std::vector<Block> chain;
  std::vector<Send> sent;
  std::vector<Event> events;
  std::uint64_t steps = 0;

 private:
  struct Driver {
    Lone& lone;
    void write(const WriteBatch& batch, bool sync) { lone.store.write(batch, sync); }
    void write_record(const SafetyRecord& written) { lone.record = written; }
    void send(const Recipient&, const MessagePtr&) {}
    void tell(const Event& event) { lone.events.push_back(event); }
    const PublicKey& self() { return lone.key.public_key(); }
  };
  // A validator, but not this replica.
  [[nodiscard]] std::uint8_t somebody() const {
    std::uint8_t n = 1;
    while (test_key(n).public_key() == key.public_key() ||
           !set.contains(test_key(n).public_key())) {
      ++n;
    }
    return n;
  }

  SelfQueue self_queue_;
};

[[nodiscard]] inline ValidatorSetUpdates sets_power(std::initializer_list<Member> members) {
  ValidatorSetUpdates updates;
  for (const Member& member : members) {
    updates.insert(test_key(member.key).public_key(), Power{member.power});
  }
  return updates;
}
[[nodiscard]] inline ValidatorSetUpdates removes(std::initializer_list<std::uint8_t> keys) {
  ValidatorSetUpdates updates;
  for (const std::uint8_t key : keys) updates.erase(test_key(key).public_key());
  return updates;
}

}  // namespace hs::test
