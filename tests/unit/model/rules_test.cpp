#include "lib/model/rules.h"

#include "tests/unit/model/story.h"

namespace hs::model {
namespace {

Set with_powers(const std::vector<std::uint64_t>& powers) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < powers.size(); ++i) {
    members.push_back({.key = key_number(static_cast<std::uint8_t>(i)), .power = powers[i]});
  }
  return Set(std::move(members));
}

TEST_CASE("leaders come in the rounds of 4.6", "[model][I05]") {
  const auto order = [](const Set& set) {
    std::string names;
    for (View view = 0; view < set.total(); ++view) {
      names += static_cast<char>('A' + set.leader(view).bytes[0]);
    }
    return names;
  };
  CHECK(order(with_powers({1, 1, 1})) == "ABC");
  CHECK(order(with_powers({1, 2, 3})) == "ABCBCC");
  CHECK(order(with_powers({2, 2})) == "ABAB");
}

TEST_CASE("a quorum is more than two thirds", "[model][I04]") {
  CHECK_FALSE(with_powers({1, 1, 1}).is_quorum(2));
  CHECK(with_powers({1, 1, 1, 1}).is_quorum(3));
  CHECK_FALSE(with_powers({1, 1, 1, 1, 1, 1, 1}).is_quorum(4));
  CHECK(with_powers({1, 1, 1, 1, 1, 1, 1}).is_quorum(5));
  CHECK_FALSE(with_powers({60, 40}).is_quorum(66));
  CHECK(with_powers({60, 40}).is_quorum(67));
}

// Three blocks, each with the certificate of the one below.
struct Chain {
  Tree tree = tree_at_genesis(chain, epoch_length, four());
  OneVerdict signatures;
  BlockPtr first = block(1, 0, tree.highest);
  BlockPtr second = block(2, 1, pc(1, first->hash));
  BlockPtr third = block(3, 2, pc(2, second->hash));
  Chain() {
    for (const BlockPtr& each : {first, second, third}) insert(tree, each);
  }
};

TEST_CASE("three certificates of consecutive views commit the lowest of their blocks",
          "[model][3.7]") {
  Chain chain_of;
  const Effects effects = effects_of(chain_of.tree, pc(3, chain_of.third->hash));
  REQUIRE(effects.commits.size() == 1);
  CHECK(effects.commits[0].block == chain_of.first->hash);
  CHECK(effects.commits[0].view == 1);
  CHECK(effects_of(chain_of.tree, pc(4, chain_of.third->hash)).commits.empty());
  CHECK(effects_of(chain_of.tree, pc(2, chain_of.second->hash)).commits.empty());
}

TEST_CASE("the lock is the justify of the certified block, and never goes back", "[model][S01]") {
  Chain chain_of;
  const Effects effects = effects_of(chain_of.tree, pc(3, chain_of.third->hash));
  REQUIRE(effects.lock);
  CHECK(effects.lock->view == 2);
  apply(chain_of.tree, pc(3, chain_of.third->hash), effects);
  CHECK_FALSE(effects_of(chain_of.tree, pc(2, chain_of.second->hash)).lock);
}

TEST_CASE("off the lock only a newer certificate is safe", "[model][3.5]") {
  Chain chain_of;
  const BlockPtr other = block(9, 1, pc(1, chain_of.first->hash));
  insert(chain_of.tree, other);
  apply(chain_of.tree, pc(3, chain_of.third->hash),
        effects_of(chain_of.tree, pc(3, chain_of.third->hash)));
  CHECK(fault_of_pc(chain_of.tree, *pc(2, other->hash)) != nullptr);
  CHECK(fault_of_pc(chain_of.tree, *pc(3, other->hash)) == nullptr);
  CHECK(fault_of_pc(chain_of.tree, *pc(1, chain_of.second->hash)) == nullptr);  // is locked
}

TEST_CASE("a block that changes the set bears children by its Decide PC alone", "[model][2.6]") {
  Chain chain_of;
  const BlockPtr update = block(4, 3, pc(3, chain_of.third->hash), Updates{});
  insert(chain_of.tree, update);
  const auto child = [&](Phase phase) { return block(5, 4, pc(4, update->hash, phase)); };
  CHECK(fault_of_storing(chain_of.tree, *child(Phase::generic)) != nullptr);
  CHECK(fault_of_storing(chain_of.tree, *child(Phase::commit)) != nullptr);
  CHECK(fault_of_storing(chain_of.tree, *child(Phase::decide)) != nullptr);  // applied first
  const CertificatePtr decide = pc(4, update->hash, Phase::decide);
  CHECK(is_correct(chain_of.tree, *decide, chain_of.signatures));
  apply(chain_of.tree, decide, effects_of(chain_of.tree, decide));
  CHECK(chain_of.tree.sets.decided);
  CHECK(chain_of.tree.sets.update_height == 3);
  CHECK(fault_of_storing(chain_of.tree, *child(Phase::decide)) == nullptr);
  CHECK(fault_of_storing(chain_of.tree, *child(Phase::generic)) != nullptr);
}

TEST_CASE("a decided update is done with", "[model][S58]") {
  Chain chain_of;
  const BlockPtr update = block(4, 3, pc(3, chain_of.third->hash), Updates{});
  insert(chain_of.tree, update);
  const Phase phase = GENERATE(Phase::prepare, Phase::precommit, Phase::commit);
  const CertificatePtr of_old_set = pc(6, update->hash, phase);
  const CertificatePtr decide = pc(4, update->hash, Phase::decide);
  CHECK(fault_of_pc(chain_of.tree, *of_old_set) == nullptr);
  apply(chain_of.tree, of_old_set, effects_of(chain_of.tree, of_old_set));
  CHECK(chain_of.tree.highest == of_old_set);
  CHECK(fault_of_block(chain_of.tree, *update) == nullptr);
  CHECK_FALSE(is_done_with(chain_of.tree, update->hash));
  CHECK(effects_of(chain_of.tree, decide).raises_highest);
  apply(chain_of.tree, decide, effects_of(chain_of.tree, decide));
  CHECK(chain_of.tree.highest == decide);
  if (phase != Phase::prepare) CHECK(chain_of.tree.locked == decide);
  CHECK(is_done_with(chain_of.tree, update->hash));
  CHECK(fault_of_pc(chain_of.tree, *of_old_set) != nullptr);
  CHECK(fault_of_pc(chain_of.tree, *pc(7, update->hash, Phase::commit)) != nullptr);
  CHECK(fault_of_pc(chain_of.tree, *pc(7, update->hash, Phase::decide)) == nullptr);
  CHECK(fault_of_block(chain_of.tree, *update) != nullptr);
}

TEST_CASE("a Decide PC of a pending block needs a third of the old set", "[model][S07]") {
  Chain chain_of;
  Updates replaced;
  for (std::uint8_t i = 0; i < 4; ++i) {
    replaced.deletes.insert(key_number(i));
    replaced.inserts[key_number(static_cast<std::uint8_t>(10 + i))] = 1;
  }
  const BlockPtr update = block(4, 3, pc(3, chain_of.third->hash), replaced);
  insert(chain_of.tree, update);
  CHECK_FALSE(is_correct(chain_of.tree, *pc(4, update->hash, Phase::decide), chain_of.signatures));
  CHECK(is_correct(chain_of.tree, *pc(4, update->hash, Phase::commit), chain_of.signatures));
}

TEST_CASE("a TC counts for a view that ends an epoch, and with a quorum", "[model][S06]") {
  Chain chain_of;
  CHECK(is_correct(chain_of.tree, *tc(10), chain_of.signatures));
  CHECK_FALSE(is_correct(chain_of.tree, *tc(11), chain_of.signatures));
  CHECK_FALSE(is_correct(chain_of.tree, *tc(10, {true, true, false, false}), chain_of.signatures));
  CHECK_FALSE(is_correct(chain_of.tree, *tc(10, {true, true, true}), chain_of.signatures));
}

TEST_CASE("only a Commit PC may be nudged in a view other than the next", "[model][3.5]") {
  Chain chain_of;
  const BlockPtr update = block(4, 3, pc(3, chain_of.third->hash), Updates{});
  insert(chain_of.tree, update);
  const auto fault = [&](Phase phase, View view) {
    return fault_of_nudge(chain_of.tree, *pc(4, update->hash, phase), view);
  };
  CHECK(fault(Phase::prepare, 5) == nullptr);
  CHECK(fault(Phase::prepare, 6) != nullptr);
  CHECK(fault(Phase::precommit, 6) != nullptr);
  CHECK(fault(Phase::commit, 6) == nullptr);
  CHECK(fault(Phase::decide, 5) != nullptr);
}

TEST_CASE("a start enters the next view, or again an epoch-change view without a certificate",
          "[model][S48]") {
  Chain chain_of;
  CHECK(initial_view(chain_of.tree).view == 0);
  chain_of.tree.entered = 7;
  CHECK(initial_view(chain_of.tree).view == 8);
  chain_of.tree.entered = 10;
  CHECK(initial_view(chain_of.tree).view == 10);
  CHECK(initial_view(chain_of.tree).again);
  chain_of.tree.highest_timeout = tc(10);
  CHECK(initial_view(chain_of.tree).view == 11);
}

}  // namespace
}  // namespace hs::model
