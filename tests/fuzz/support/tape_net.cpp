#include "tests/fuzz/support/tape_net.h"

#include <set>

#include "lib/base/check.h"
#include "lib/base/overloaded.h"
#include "lib/blocktree/block_tree.h"

namespace hs::fuzz {
namespace {

constexpr std::size_t heard_max = 256;
constexpr std::size_t in_flight_max = 512;
constexpr std::size_t held_bytes_max = 1 << 20;  // small, so that eviction is reached

// A signature is good if it was made. libFuzzer learns what is compared with its inputs, and would
// forge signatures that can be computed from what is public.
std::set<Hash>& ledger() {
  static std::set<Hash> made;
  return made;
}
Hash entry(const PublicKey& key, BytesView message, const Signature& signature) {
  return sha256({key.view(), signature.view(), message});
}
const SignatureScheme& ledger_scheme() {
  static const SignatureScheme scheme{
      .public_key = ed25519_scheme().public_key,
      .sign =
          [](const SecretKey::Seed&, const PublicKey& key, BytesView message) {
            Signature signature;
            const Hash hash = sha256({key.view(), message});
            std::ranges::copy(hash.bytes, signature.bytes.begin());
            ledger().insert(entry(key, message, signature));
            return signature;
          },
      .verify =
          [](const PublicKey& key, BytesView message, const Signature& signature) {
            return ledger().contains(entry(key, message, signature));
          }};
  return scheme;
}

ReplicaConfig small_buffers() {
  ReplicaConfig config = test::Cluster::default_config();
  config.message_buffer_bytes = held_bytes_max;
  return config;
}

}  // namespace

struct TapeNet::Driver {
  TapeNet& net;
  std::size_t node;
  void write(const WriteBatch& batch, bool sync) { net.nodes_[node].store.write(batch, sync); }
  void write_record(const SafetyRecord& record) { net.nodes_[node].record = record; }
  void send(const Recipient& to, const MessagePtr& message) {
    net.post(node, std::get_if<PublicKey>(&to), message);
  }
  void tell(const Event&) {}
  const PublicKey& self() { return net.key_of(node); }
};

TapeNet::TapeNet(InputTape& tape) : tape_(tape), config_(small_buffers()) {
  ledger().clear();
  std::vector<Validator> members;
  for (std::uint8_t i = 0; i <= honest; ++i) {
    SecretKey::Seed seed;
    seed.fill(static_cast<std::uint8_t>(i + 1));
    keys_.emplace_back(seed, ledger_scheme());
    members.push_back({keys_.back().public_key(), Power{1}});
  }
  const ValidatorSet set = *ValidatorSet::from_members(members);
  for (Node& node : nodes_) HS_CHECK(initialise(node.store, {{}, set}).has_value());
  for (std::size_t i = 0; i < honest; ++i) start(i);
}

void TapeNet::start(std::size_t i) {
  Node& node = nodes_[i];
  const bool was_there = node.replica != nullptr;
  node.self_queue.clear();
  node.replica =
      std::make_unique<Replica>(config_, keys_[i], node.store, node.app, Rng(i), node.record, now_);
  if (was_there) {
    // What was promised and committed stands over a restart. [S02]
    HS_CHECK(node.replica->status().view >= node.last.view);
    HS_CHECK(node.replica->status().committed_height == node.last.committed_height);
  }
  node.last = node.replica->status();
  for (std::size_t other = 0; other <= honest; ++other) {
    if (other == i) continue;
    if (other < honest && !nodes_[other].replica) continue;
    step(i, PeerUp{key_of(other)});
    if (other == liar) continue;
    step(other, PeerDown{key_of(i)});
    step(other, PeerUp{key_of(i)});
  }
}

void TapeNet::step(std::size_t i, const Input& input) {
  Node& node = nodes_[i];
  const Output output = node.replica->step(now_, input);
  Driver driver{*this, i};
  act_on(output, driver, node.self_queue);
  check(i, output);
}

void TapeNet::check_vote(Node& node, const PhaseVote& vote) {
  const auto [voted, is_new] = node.votes.try_emplace(vote.view, vote.block);
  HS_CHECK(voted->second == vote.block);  // L1: one block a view
  if (is_new) HS_CHECK(std::next(voted) == node.votes.end());
}

void TapeNet::check(std::size_t i, const Output& output) {
  Node& node = nodes_[i];
  for (const Send& send : output.sends) {
    if (const auto* vote = std::get_if<PhaseVote>(send.message.get())) check_vote(node, *vote);
  }
  const ReplicaStatus status = node.replica->status();
  HS_CHECK(!status.halted);
  HS_CHECK(status.view >= node.last.view);  // L3
  HS_CHECK(status.locked_view >= node.last.locked_view);
  HS_CHECK(status.highest_pc_view >= node.last.highest_pc_view);
  HS_CHECK(status.buffered_bytes <= held_bytes_max);  // L7
  HS_CHECK(status.sync_bytes_held <= 2 * frame_bytes_max);
  if (status.committed_height != node.last.committed_height) {
    HS_CHECK(status.committed_height.has_value());
    if (node.last.committed_height)
      HS_CHECK(*status.committed_height > *node.last.committed_height);
  }
  for (const Event& event : output.events) {
    HS_CHECK(!std::holds_alternative<event::SafetyViolation>(event));
    if (const auto* commit = std::get_if<event::CommitBlock>(&event)) {
      const auto [first, is_new] = committed_.try_emplace(commit->height, commit->block);
      HS_CHECK(first->second == commit->block);  // L6, and agreement
    }
  }
  node.last = status;
}

void TapeNet::post(std::size_t from, const PublicKey* to, const MessagePtr& message) {
  if (heard_.size() < heard_max) heard_.push_back(message);
  for (std::size_t i = 0; i < honest; ++i) {
    if (i == from || (to != nullptr && key_of(i) != *to)) continue;
    if (in_flight_.size() < in_flight_max) in_flight_.push_back({from, i, message});
  }
}

void TapeNet::deliver(const Parcel& parcel) {
  const Bytes bytes = to_borsh(*parcel.message);
  auto decoded = from_borsh<Message>(bytes);
  if (!decoded) return;  // as the transport does
  step(parcel.to, FromPeer{key_of(parcel.from),
                           std::make_shared<const Message>(std::move(*decoded)), bytes.size()});
}

bool TapeNet::deliver_next() {
  for (std::size_t i = 0; i < honest; ++i) {
    SelfQueue& queue = nodes_[i].self_queue;
    if (queue.empty()) continue;
    const MessagePtr message = queue.front();
    queue.pop_front();
    deliver({i, i, message});
    return true;
  }
  if (in_flight_.empty()) return false;
  const Parcel parcel = in_flight_.front();
  in_flight_.pop_front();
  deliver(parcel);
  return true;
}

void TapeNet::pass_time() {
  std::optional<Instant> earliest;
  for (const Node& node : nodes_) {
    const auto deadline = node.replica->next_deadline();
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  if (!earliest) return;
  now_ = std::max(now_, *earliest);
  for (std::size_t i = 0; i < honest; ++i) {
    const auto deadline = nodes_[i].replica->next_deadline();
    if (deadline && *deadline <= now_) step(i, Tick{});
  }
}

void TapeNet::run(int deliveries) {
  for (int i = 0; i < deliveries; ++i) {
    if (!deliver_next()) pass_time();
  }
}

void TapeNet::sign(Message& message) const {
  const SecretKey& key = keys_[liar];
  std::visit(
      Overloaded{
          [&](PhaseVote& m) {
            m.signature = key.sign(phase_statement(m.chain_id, m.view, m.block, m.phase));
          },
          [&](TimeoutVote& m) { m.signature = key.sign(timeout_statement(m.chain_id, m.view)); },
          [&](AdvertiseBlock& m) {
            m.signature =
                key.sign(advertise_statement(m.chain_id, m.highest_committed_block_height));
          },
          [](auto&) {},
      },
      message);
}

Message TapeNet::altered(Message message) {
  const auto other_number = [&](std::uint64_t& number) {
    switch (tape_.below(4)) {
      case 0:
        number += tape_.byte();
        break;
      case 1:
        number -= std::min<std::uint64_t>(number, tape_.byte());
        break;
      case 2:
        number = nodes_[tape_.below(honest)].last.view.value + tape_.below(4);
        break;
      default:
        number = tape_.number();
    }
  };
  const auto other_pc = [&](PhaseCertificate& pc) {
    const auto from = heard_.empty() ? nullptr : heard_[tape_.byte() % heard_.size()];
    const auto* proposal = from ? std::get_if<Proposal>(from.get()) : nullptr;
    switch (tape_.below(6)) {
      case 0:
        other_number(pc.view.value);
        break;
      case 1:
        pc.phase = static_cast<Phase>(tape_.below(5));
        break;
      case 2:
        pc.signatures.resize(tape_.below(9));
        break;
      case 3:
        if (proposal != nullptr) pc = proposal->block.justify;
        break;
      case 4:
        if (proposal != nullptr) pc.block = proposal->block.hash;
        break;
      default:
        pc = genesis_pc();
    }
  };
  std::visit(Overloaded{
                 [&](Proposal& m) {
                   if (tape_.below(2) == 0) other_number(m.view.value);
                   if (tape_.below(2) == 0) other_pc(m.block.justify);
                   if (tape_.below(2) == 0) other_number(m.block.height.value);
                   if (tape_.below(2) == 0) m.block.data = {to_bytes(tape_.bytes(8))};
                   if (tape_.below(2) == 0)
                     m.block.data_hash = sha256(
                         m.block.data.empty() ? BytesView{} : BytesView(m.block.data.front()));
                   m.block.hash = block_hash(m.block.height, m.block.justify, m.block.data_hash);
                 },
                 [&](Nudge& m) {
                   other_number(m.view.value);
                   other_pc(m.justify);
                 },
                 [&](PhaseVote& m) {
                   other_number(m.view.value);
                   if (tape_.below(2) == 0) m.block.bytes[0] ^= 1;
                   m.phase = static_cast<Phase>(tape_.below(5));
                 },
                 [&](NewView& m) {
                   other_number(m.view.value);
                   if (tape_.below(2) == 0) other_pc(m.highest_pc);
                 },
                 [&](TimeoutVote& m) { other_number(m.view.value); },
                 [&](AdvanceView& m) {
                   if (auto* pc = std::get_if<PhaseCertificate>(&m.progress_certificate)) {
                     other_pc(*pc);
                   } else {
                     other_number(std::get<TimeoutCertificate>(m.progress_certificate).view.value);
                   }
                 },
                 [&](AdvertiseBlock& m) { other_number(m.highest_committed_block_height.value); },
                 [&](AdvertisePC& m) { other_pc(m.highest_pc); },
                 [&](BlockSyncRequest& m) {
                   other_number(m.start_height.value);
                   m.limit = static_cast<std::uint32_t>(tape_.number());
                 },
                 [&](BlockSyncResponse& m) {
                   if (tape_.below(2) == 0) other_pc(m.highest_pc);
                   if (!m.blocks.empty() && tape_.below(2) == 0) m.blocks.pop_back();
                   if (!m.blocks.empty()) other_pc(m.blocks.back().justify);
                 },
             },
             message);
  return message;
}

std::optional<Message> TapeNet::lie() {
  if (tape_.below(5) == 4) {
    auto decoded = from_borsh<Message>(tape_.bytes(tape_.byte()));
    if (!decoded) return std::nullopt;
    return std::move(*decoded);
  }
  if (heard_.empty()) return std::nullopt;
  Message message = *heard_[tape_.number() % heard_.size()];
  for (std::size_t changes = tape_.below(3); changes > 0; --changes) message = altered(message);
  if (tape_.below(4) != 0) sign(message);
  return message;
}

void TapeNet::play() {
  switch (tape_.below(8)) {
    case 0:
      pass_time();
      break;
    case 1:
      run(static_cast<int>(tape_.below(24)));
      break;
    case 2:
      if (!in_flight_.empty()) in_flight_.pop_front();
      break;
    case 3: {
      const std::size_t node = tape_.below(honest);
      step(node, PeerDown{key_of(liar)});
      if (tape_.below(2) == 0) step(node, PeerUp{key_of(liar)});
      break;
    }
    case 4:
      start(tape_.below(honest));
      break;
    case 5:
      step(tape_.below(honest), WorkAvailable{});
      break;
    default: {
      const std::size_t first = tape_.below(honest + 1);
      const auto message = lie();
      if (!message) break;
      const auto shared = std::make_shared<const Message>(*message);
      for (std::size_t to = 0; to < honest; ++to) {
        if (first == honest || first == to) deliver({liar, to, shared});
      }
    }
  }
}

}  // namespace hs::fuzz
