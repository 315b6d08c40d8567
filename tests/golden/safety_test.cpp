// safety.json: the rules over scripted trees. Every step tells what the reference's functions
// answer and how its tree looks afterwards.
//
// Ours differ by S01: the lock never moves to a lower view. From the first step on that lowers the
// reference's lock, what depends on the lock is computed here by rule, from a second telling of
// clause 3; before that, this second telling itself is held against the vectors. S07 as in
// deviations.h.
#include <map>
#include <set>

#include "lib/blocktree/block_tree.h"
#include "lib/hotstuff/judge.h"
#include "lib/hotstuff/rules.h"
#include "lib/store/memory_store.h"
#include "tests/golden/deviations.h"
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs::test {
namespace {

struct LockView {
  View view;
  Phase phase = Phase::generic;
  Hash block;
  friend bool operator==(const LockView&, const LockView&) = default;
};

class Scenario {
 public:
  Scenario() : verifier_(ed25519_scheme()) {
    const InitialState state{.app_state = {}, .validators = test_set({{1}, {2}, {3}, {4}})};
    REQUIRE(initialise(store_, state).has_value());
    tree_.emplace(store_);
  }

  void run(const Json& scenario) {
    for (const Json& step : scenario.at("steps")) {
      const auto& operation = step.at("op").get_ref<const std::string&>();
      INFO("step: " << operation << " " << step.value("name", step.value("block_name", "")));
      if (operation == "insert block then update(justify)") {
        insert_and_update(step);
      } else if (operation == "update(pc)") {
        const PhaseCertificate pc = certificate(step);
        check_rules(pc, step.at("rules_before"));
        update(pc, step.at("update_returned_validator_set_updates"));
        check_state(step.at("state_after"));
        check_reproposal(step);
      } else {
        REQUIRE(operation == "ask");
        check_rules(certificate(step), step.at("rules"));
      }
    }
    for (const Json& row : scenario.at("blocks_name_stillstored_committed")) {
      INFO("at the end: " << row[0]);
      const Block& named = *names_.at(row[0]);
      CHECK(tree_->contains(named.hash) == row[1].get<bool>());
      CHECK((tree_->block_at(named.height) == named.hash) == row[2].get<bool>());
    }
  }

 private:
  static PhaseCertificate certificate(const Json& step) {
    const auto pc = from_borsh<PhaseCertificate>(hex_bytes(step.at("pc")));
    REQUIRE(pc.has_value());
    CHECK(pc->view.value == number(step.at("view")));
    CHECK(pc->phase == phase(step.at("phase")));
    return *pc;
  }

  void insert_and_update(const Json& step) {
    const auto decoded = from_borsh<Block>(hex_bytes(step.at("block")));
    REQUIRE(decoded.has_value());
    const Block& block = *decoded;
    CHECK(block.hash == hash(step.at("block_hash")));
    CHECK(block.height.value == number(step.at("block_height")));
    blocks_[block.hash] = block;
    names_[step.at("name")] = &blocks_[block.hash];
    check_rules(block.justify, step.at("rules_of_justify_before"));

    const bool may_act = expected_safe(block.justify);
    const bool safe = (may_act || block.hash == tree_->locked_pc().block) &&
                      block.justify.phase != Phase::prepare &&
                      block.justify.phase != Phase::precommit &&
                      block.justify.phase != Phase::commit;
    if (locks_agree()) CHECK(safe == step.at("safe_block_before").get<bool>());
    CHECK(safe_block(*tree_, block, test_chain) == safe);

    std::optional<ValidatorSetUpdates> updates;
    if (step.at("inserts_validator_id_5_power_1").get<bool>()) {
      updates.emplace().insert(test_key(5).public_key(), Power{1});
      with_updates_.insert(block.hash);
    }
    // Storing is not voting [S55]: what fails only because our lock is higher is stored all the
    // same.
    tree_->insert(block, std::nullopt, updates);
    store_.write(tree_->take_batch(), true);
    if (may_act) update(block.justify, step.at("update_returned_validator_set_updates"));
    check_state(step.at("state_after"));
  }

  void update(const PhaseCertificate& pc, const Json& returned_updates) {
    const TreeUpdateResult result = tree_->apply(update_for(*tree_, pc));
    store_.write(tree_->take_batch(), true);
    const bool updates = std::ranges::any_of(result.committed, [](const auto& block) {
      return block.validator_set_updates.has_value();
    });
    CHECK(updates == returned_updates.get<bool>());
  }

  // ---- what is expected ----

  [[nodiscard]] LockView our_lock() const {
    const PhaseCertificate& locked = tree_->locked_pc();
    return {locked.view, locked.phase, locked.block};
  }
  [[nodiscard]] bool locks_agree() const { return our_lock() == reference_lock_; }

  [[nodiscard]] bool expected_lock_clause(const PhaseCertificate& pc) const {
    const LockView lock = our_lock();
    if (pc.view > lock.view) return true;
    Hash block = pc.block;
    for (int generation = 0; generation <= 2; ++generation) {
      if (block == lock.block) return true;
      const auto known = blocks_.find(block);
      if (known == blocks_.end()) return false;
      block = known->second.justify.block;
    }
    return false;
  }

  [[nodiscard]] bool expected_safe(const PhaseCertificate& pc) const {
    if (!expected_lock_clause(pc)) return false;
    if (pc.is_genesis()) return true;
    if (pc.chain_id != test_chain || !tree_->contains(pc.block)) return false;
    return (pc.phase != Phase::generic) == with_updates_.contains(pc.block);
  }

  [[nodiscard]] bool expected_safe_nudge(const PhaseCertificate& pc, View view) const {
    const bool phase_fits =
        pc.phase == Phase::prepare || pc.phase == Phase::precommit || pc.phase == Phase::commit;
    const bool view_fits = pc.phase == Phase::commit || pc.view.value + 1 == view.value;
    return expected_safe(pc) && phase_fits && view_fits;
  }

  // ---- checks ----

  void check_rules(const PhaseCertificate& pc, const Json& rules) {
    const bool reference_correct = rules.at("is_correct").get<bool>();
    CHECK((judge(*tree_, pc, verifier_) == Verdict::good) ==
          expected_correct(*tree_, pc, reference_correct));

    const View nudge_view{number(rules.at("safe_nudge_in_view")[0])};
    if (locks_agree()) {
      CHECK(expected_safe(pc) == rules.at("safe_pc").get<bool>());
      CHECK(expected_safe_nudge(pc, nudge_view) == rules.at("safe_nudge_in_view")[1].get<bool>());
    }
    CHECK(safe_pc(*tree_, pc, test_chain) == expected_safe(pc));
    CHECK(safe_nudge(*tree_, Nudge{test_chain, nudge_view, pc}, nudge_view, test_chain) ==
          expected_safe_nudge(pc, nudge_view));

    check_lock(pc, rules.at("pc_to_lock"));
    const Json& reference_commit = rules.at("block_to_commit");
    const std::optional<Hash> commit = block_to_commit(*tree_, pc);
    CHECK(commit ==
          (reference_commit.is_null() ? std::nullopt : std::optional(hash(reference_commit))));
  }

  void check_lock(const PhaseCertificate& pc, const Json& reference) {
    std::optional<LockView> expected;
    if (!reference.is_null()) {
      const LockView candidate{View{number(reference.at("view"))}, phase(reference.at("phase")),
                               hash(reference.at("block"))};
      if (candidate.view > our_lock().view) expected = candidate;  // S01
    }
    std::optional<LockView> actual;
    if (const auto lock = pc_to_lock(*tree_, pc)) {
      actual = LockView{lock->view, lock->phase, lock->block};
    }
    CHECK(actual == expected);
  }

  void check_state(const Json& state) {
    const Json& committed = state.at("highest_committed_block");
    CHECK(tree_->committed_block() ==
          (committed.is_null() ? std::nullopt : std::optional(hash(committed))));
    CHECK(tree_->highest_pc().view.value == number(state.at("highest_pc_view")));
    CHECK(*tree_->validators().committed == validator_set(state.at("committed_validator_set")));
    CHECK(*tree_->validators().previous == validator_set(state.at("previous_validator_set")));
    CHECK(tree_->validators().update_decided == state.at("update_decided").get<bool>());
    const Json& height = state.at("update_height");
    CHECK(tree_->validators().update_height ==
          (height.is_null() ? std::nullopt : std::optional(Height{number(height)})));

    reference_lock_ = {View{number(state.at("locked_pc_view"))}, phase(state.at("locked_pc_phase")),
                       hash(state.at("locked_pc_block"))};
    if (reference_lock_.view > highest_lock_.view) highest_lock_ = reference_lock_;
    CHECK(our_lock() == highest_lock_);  // S01: the highest that the reference ever had
  }

  void check_reproposal(const Json& step) {
    for (const Json& row : step.at("repropose_block_in_view_after")) {
      const PhaseCertificate& pc = tree_->highest_pc();
      std::optional<Hash> block;
      if (needs_reproposal(pc, View{number(row[0])})) block = pc.block;
      CHECK(block == (row[1].is_null() ? std::nullopt : std::optional(hash(row[1]))));
    }
  }

  MemoryStore store_;
  std::optional<BlockTree> tree_;
  CertificateVerifier verifier_;
  std::map<Hash, Block> blocks_;
  std::map<std::string, const Block*> names_;
  std::set<Hash> with_updates_;
  LockView reference_lock_;
  LockView highest_lock_;
};

}  // namespace

TEST_CASE("blocks and certificates are safe, lock and commit as by the reference", "[golden]") {
  const auto file = load_vectors("safety.json");
  if (!file) return;
  for (const Json& scenario : file->at("scenarios")) {
    INFO("safety.json: " << scenario.at("name"));
    Scenario().run(scenario);
  }
}

}  // namespace hs::test
