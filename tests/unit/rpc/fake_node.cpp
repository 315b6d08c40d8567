#include "tests/unit/rpc/fake_node.h"

#include "lib/base/check.h"
#include "tests/support/chain.h"

namespace hs::test {
namespace {

ValidatorSet four() { return test_set({{1}, {2}, {3}, {4}}); }

}  // namespace

FakeNode::FakeNode() : set_(four()), app_(KvAppConfig{.chain_id = test_chain}) {
  HS_CHECK(initialise(store_, InitialState{.app_state = {}, .validators = set_}).has_value());
  tree_ = std::make_unique<BlockTree>(store_);
  for (std::size_t i = 0; i < set_.size(); ++i) {
    names_[set_.members()[i].key] = "n" + std::to_string(i);
  }
  service.store_snapshot = [this] { return snapshot(); };
  service.submit = [this](std::vector<Bytes> transactions, auto done) {
    if (answers_submissions) return done(admit(transactions));
    const std::lock_guard lock(mutex_);
    unanswered.push_back(std::move(done));
  };
  service.is_pending = [this](const TransactionId& id, auto done) {
    bool is_pending = false;
    {
      const std::lock_guard lock(mutex_);
      is_pending = app_.is_pending(id);
    }
    done(is_pending);
  };
  node.name = "n0";
  node.public_key = set_.members().front().key;
  node.chain_id = test_chain;
  node.genesis_hash = test_hash("genesis");
  node.testnet = true;
  auto peers = std::make_shared<std::vector<PeerStatus>>();
  for (const Validator& member : set_.members()) {
    if (member.key == node.public_key) continue;
    PeerStatus& peer = peers->emplace_back();
    peer.key = member.key;
    peer.name = names_[member.key];
    peer.connected = true;
  }
  node.peers = std::move(peers);
  node.names = names_;
  node.view_timeout = std::chrono::milliseconds(1000);
  node.started = node.last_commit = std::chrono::steady_clock::now();
  node.validators = tree_->validators();
}

void FakeNode::see_double_vote(const PublicKey& signer) {
  const std::lock_guard lock(mutex_);
  const auto vote = [](const std::string& block) {
    return PhaseVote{test_chain, View{5}, test_hash(block), Phase::generic, {}};
  };
  BlockTree seen(store_);
  seen.keep_evidence(1, {signer, vote("one"), vote("two")});
  store_.write(seen.take_batch(), /*sync=*/false);
}

std::vector<Admission> FakeNode::admit(const std::vector<Bytes>& transactions) {
  const std::lock_guard lock(mutex_);
  std::vector<Admission> admissions;
  for (const Bytes& transaction : transactions) {
    admissions.push_back(
        {.result = app_.admit_transaction(transaction), .at = std::chrono::steady_clock::now()});
  }
  ++submissions;
  return admissions;
}

Bytes FakeNode::encoded_put(const std::string& key, const std::string& value) {
  const std::lock_guard lock(mutex_);
  Transaction transaction;
  transaction.chain_id = test_chain;
  transaction.client.bytes.fill(9);
  transaction.sequence = ++sequence_;
  transaction.valid_until = Height{app_.next_height().value + 100};
  transaction.operation = kv::Put{.key = to_bytes(key), .value = to_bytes(value)};
  return to_borsh(transaction);
}

TransactionId FakeNode::put(const std::string& key, const std::string& value) {
  const Bytes encoded = encoded_put(key, value);
  const std::lock_guard lock(mutex_);
  const auto admitted = app_.admit_transaction(encoded);
  HS_CHECK(admitted.has_value());
  return *admitted;
}

Block FakeNode::produce() {
  const std::optional<Hash> parent = chain_.empty() ? std::nullopt : std::optional(chain_.back());
  const auto state = tree_->app_view(parent);
  const Height height{chain_.size()};
  auto produced = app_.produce({.view = View{view_ + 1},
                                .height = height,
                                .parent = parent,
                                .state = *state,
                                .must_propose = true});
  auto& made = std::get<ProducedBlock>(produced);
  const PhaseCertificate justify = parent ? tree_->highest_pc() : genesis_pc();
  Block block = make_block(height, justify, made.data_hash, made.data);
  const Validation verdict = app_.validate({.block = block, .state = *state});
  const auto& valid = std::get<ValidBlock>(verdict);
  tree_->insert(block, valid.app_state_updates, valid.validator_set_updates);
  return block;
}

void FakeNode::grow() {
  std::optional<event::CommitBlock> commit;
  std::optional<Block> committed;
  {
    const std::lock_guard lock(mutex_);
    const Block block = produce();
    chain_.push_back(block.hash);
    ++view_;
    const PhaseCertificate pc = signed_pc(test_pc(view_, block.hash), set_, {1, 2, 3});
    TreeUpdate update{
        .highest_pc = pc, .locked_pc = {}, .commit = {}, .decide = {}, .commit_pc = {}};
    if (chain_.size() >= 2) update.locked_pc = block.justify;
    if (chain_.size() >= 3) update.commit = chain_[chain_.size() - 3];
    for (const CommittedInUpdate& done : tree_->apply(update).committed) {
      const View certified{done.height.value + 1};
      commit = event::CommitBlock{.block = done.block, .height = done.height, .view = certified};
      committed = tree_->block(done.block);
    }
    tree_->set_highest_view_entered(View{view_ + 1});
    store_.write(tree_->take_batch(), true);
    if (commit) app_.on_commit({.block = *committed, .view = commit->view});
    node.replica.view = View{view_ + 1};
    node.replica.leader = set_.leader(node.replica.view);
    node.replica.highest_pc_view = View{view_};
    if (commit) {
      node.replica.committed_height = commit->height;
      node.replica.committed_block = commit->block;
      node.last_commit = std::chrono::steady_clock::now();
    }
  }
  publish();
  if (commit) hub.tell(*commit, std::chrono::system_clock::now());
}

void FakeNode::commit_all() {
  grow();
  grow();
  grow();
}

Hash FakeNode::fork() {
  const std::lock_guard lock(mutex_);
  const auto tip = tree_->block(chain_.back());
  const Block block = make_block(tip->height, tip->justify, test_hash("fork"), {});
  tree_->insert(block, std::nullopt, std::nullopt);
  store_.write(tree_->take_batch(), true);
  return block.hash;
}

void FakeNode::publish() {
  const std::lock_guard lock(mutex_);
  hub.publish(std::make_shared<NodeSnapshot>(node));
}

std::unique_ptr<KvReader> FakeNode::snapshot() const {
  const std::lock_guard lock(mutex_);
  return store_.snapshot();
}

std::vector<Hash> FakeNode::chain() const {
  const std::lock_guard lock(mutex_);
  return chain_;
}

}  // namespace hs::test
