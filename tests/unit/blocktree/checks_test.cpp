// What a tree refuses to carry out whoever asks: each of these would be a mistake of ours.
#include "tests/support/catch.h"
#include "tests/support/dies.h"
#include "tests/support/tree.h"

namespace hs::test {

TEST_CASE("a block off the committed chain is never committed", "[blocktree][I14]") {
  Tree tree;
  const Block root = tree.insert(first_block("root"));
  const Block winner = tree.insert(block_on(root, 1, "winner"));
  tree.commit(winner);
  const Block late = tree.insert(block_on(root, 2, "late"));
  const Block later = tree.insert(block_on(late, 3, "later"));
  const Block other_root = tree.insert(first_block("other root"));
  const Block other_1 = tree.insert(block_on(other_root, 4, "1"));
  const Block other_2 = tree.insert(block_on(other_1, 5, "2"));
  CHECK(dies([&] { tree.commit(late); }));
  CHECK(dies([&] { tree.commit(later); }));
  CHECK(dies([&] { tree.commit(other_2); }));
  CHECK(dies([&] { tree.commit(root); }));
  CHECK(dies([&] { tree.commit(winner); }));
  CHECK(dies([&] { tree.apply({.commit = test_hash("unknown")}); }));
}

TEST_CASE("a block whose parent or height does not fit is never inserted", "[blocktree][I12]") {
  Tree tree;
  const Block root = tree.insert(first_block("root"));
  const PhaseCertificate justify = test_pc(1, root.hash);
  CHECK(dies([&] { tree.insert(make_block(Height{0}, justify, test_hash("d"), {})); }));
  CHECK(dies([&] { tree.insert(make_block(Height{2}, justify, test_hash("d"), {})); }));
  CHECK(dies([&] { tree.insert(make_block(Height{1}, genesis_pc(), test_hash("d"), {})); }));
  CHECK(dies(
      [&] { tree.insert(make_block(Height{1}, test_pc(1, test_hash("?")), test_hash("d"), {})); }));
  CHECK_FALSE(dies([&] { tree.insert(make_block(Height{1}, justify, test_hash("d"), {})); }));
}

TEST_CASE("views, certificates and the lock never go back", "[blocktree][I07][S01]") {
  Tree tree;
  const Block block = tree.insert(first_block("block"));
  const auto tc_of = [](std::uint64_t view) { return signed_tc(view, test_set({{1}}), {1}); };
  tree.apply({.highest_pc = test_pc(5, block.hash), .locked_pc = test_pc(5, block.hash)});
  tree->set_highest_view_entered(View{5});
  tree->set_highest_view_phase_voted(View{5});
  tree->set_highest_tc(tc_of(5));
  CHECK(dies([&] { tree.apply({.highest_pc = test_pc(5, block.hash)}); }));
  CHECK(dies([&] { tree.apply({.locked_pc = test_pc(5, block.hash)}); }));
  CHECK(dies([&] { tree->set_highest_view_entered(View{4}); }));
  CHECK_FALSE(dies([&] { tree->set_highest_view_entered(View{5}); }));
  CHECK(dies([&] { tree->set_highest_view_phase_voted(View{5}); }));
  CHECK(dies([&] { tree->set_highest_tc(tc_of(4)); }));
  CHECK_FALSE(dies([&] { tree->set_highest_tc(tc_of(5)); }));
}

TEST_CASE("only the Decide certificate of what an old set has signed takes its place from below",
          "[blocktree][I07][S58]") {
  Tree tree;
  ValidatorSetUpdates updates;
  updates.insert(test_key(5).public_key(), Power{1});
  const Block update = tree.insert(first_block("update"), std::nullopt, updates);
  const Block other = tree.insert(first_block("other"), std::nullopt, updates);
  const auto dies_after = [&](Phase before, const Block& block, Phase phase) {
    WriteBatch batch;
    batch.put(key::highest_pc(), to_borsh(test_pc(7, update.hash, before)));
    batch.put(key::locked_pc(), to_borsh(test_pc(7, update.hash, before)));
    tree.store.write(batch, true);
    tree.reopen();
    const PhaseCertificate after = test_pc(6, block.hash, phase);
    const bool dies_as_highest = dies([&] { tree->apply({.highest_pc = after}); });
    CHECK(dies([&] { tree->apply({.locked_pc = after}); }) == dies_as_highest);
    return dies_as_highest;
  };
  CHECK_FALSE(dies_after(Phase::prepare, update, Phase::decide));
  CHECK_FALSE(dies_after(Phase::precommit, update, Phase::decide));
  CHECK(dies_after(Phase::prepare, other, Phase::decide));
  CHECK(dies_after(Phase::prepare, update, Phase::precommit));
  CHECK_FALSE(dies_after(Phase::commit, update, Phase::decide));
  CHECK(dies_after(Phase::decide, update, Phase::decide));
}

}  // namespace hs::test
