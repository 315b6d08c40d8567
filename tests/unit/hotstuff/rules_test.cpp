#include "lib/hotstuff/rules.h"

#include "tests/support/catch.h"
#include "tests/support/tree.h"

namespace hs::test {
namespace {

ValidatorSetUpdates some_updates() {
  ValidatorSetUpdates updates;
  updates.insert(test_key(5).public_key(), Power{1});
  return updates;
}

// b0 <- b1 <- ... <- b6 with certificates of views 1 to 6, and x beside b5, off b4. Nothing locked,
// nothing committed: the tests lock what they need.
struct Chain : Tree {
  std::vector<Block> b;
  Block x;

  Chain() {
    b.push_back(insert(first_block("b0")));
    for (std::uint64_t view = 1; view <= 6; ++view) {
      b.push_back(insert(block_on(b.back(), view, "b" + std::to_string(view))));
    }
    x = insert(block_on(b[4], 5, "x"));
  }
  [[nodiscard]] PhaseCertificate pc(std::size_t of) const { return test_pc(of + 1, b[of].hash); }
  void lock(const PhaseCertificate& pc) { apply({.locked_pc = pc}); }
};

// One block of height 0 with validator set updates.
struct PhasedTree : Tree {
  Block block = insert(first_block("set"), std::nullopt, some_updates());
  [[nodiscard]] PhaseCertificate pc(std::uint64_t view, Phase phase) const {
    return test_pc(view, block.hash, phase);
  }
};

constexpr Phase phased[] = {Phase::prepare, Phase::precommit, Phase::commit, Phase::decide};

}  // namespace

// ---- extends_lock and clause 3
// -------------------------------------------------------------------

TEST_CASE(
    "a certificate extends the lock for the locked block, its child and its grandchild, no more",
    "[hotstuff]") {
  Chain chain;
  chain.lock(chain.pc(2));
  CHECK_FALSE(extends_lock(*chain, chain.pc(0)));
  CHECK_FALSE(extends_lock(*chain, chain.pc(1)));
  CHECK(extends_lock(*chain, chain.pc(2)));
  CHECK(extends_lock(*chain, chain.pc(3)));
  CHECK(extends_lock(*chain, chain.pc(4)));
  CHECK_FALSE(extends_lock(*chain, chain.pc(5)));
}

TEST_CASE("a certificate of the locked block itself extends the lock though the block is unknown",
          "[hotstuff]") {
  Chain chain;
  chain.lock(test_pc(9, test_hash("unknown")));
  CHECK(extends_lock(*chain, test_pc(2, test_hash("unknown"))));
  CHECK_FALSE(extends_lock(*chain, test_pc(2, test_hash("also unknown"))));
}

TEST_CASE("a certificate newer than the lock passes it on any branch", "[hotstuff][M16]") {
  Chain chain;
  chain.lock(test_pc(7, chain.x.hash));
  CHECK(passes_lock(*chain, test_pc(8, chain.b[0].hash)));
}

TEST_CASE("a certificate of the lock's own view does not pass it on another branch", "[hotstuff]") {
  Chain chain;
  chain.lock(test_pc(7, chain.x.hash));
  CHECK_FALSE(passes_lock(*chain, test_pc(7, chain.b[6].hash)));
  CHECK_FALSE(passes_lock(*chain, test_pc(6, chain.b[5].hash)));
}

TEST_CASE("an older certificate passes the lock on the lock's own branch", "[hotstuff]") {
  Chain chain;
  chain.lock(test_pc(9, chain.b[4].hash));
  CHECK(passes_lock(*chain, chain.pc(4)));
  CHECK(passes_lock(*chain, chain.pc(5)));
  CHECK(passes_lock(*chain, chain.pc(6)));
  CHECK_FALSE(passes_lock(*chain, chain.pc(3)));
}

// ---- safe_pc: the other clauses
// ------------------------------------------------------------------

TEST_CASE("a certificate of another chain is not safe", "[hotstuff]") {
  Chain chain;
  PhaseCertificate pc = chain.pc(3);
  CHECK(safe_pc(*chain, pc, test_chain));
  pc.chain_id = ChainId{test_chain.value + 1};
  CHECK_FALSE(safe_pc(*chain, pc, test_chain));
}

TEST_CASE("the genesis certificate is of no chain and safe until something is locked",
          "[hotstuff]") {
  Chain chain;
  CHECK(safe_pc(*chain, genesis_pc(), test_chain));
  chain.lock(chain.pc(0));
  CHECK_FALSE(safe_pc(*chain, genesis_pc(), test_chain));
  CHECK(fits_tree(*chain, genesis_pc(), test_chain));
}

TEST_CASE("a certificate of an unknown block is not safe", "[hotstuff]") {
  Chain chain;
  CHECK_FALSE(safe_pc(*chain, test_pc(99, test_hash("unknown")), test_chain));
}

TEST_CASE("a phased certificate is not safe for a block without set updates", "[hotstuff]") {
  Chain chain;
  for (const Phase phase : phased) {
    CHECK_FALSE(safe_pc(*chain, test_pc(9, chain.b[3].hash, phase), test_chain));
  }
}

TEST_CASE("a generic certificate is not safe for a block with set updates, pending or committed",
          "[hotstuff]") {
  PhasedTree tree;
  CHECK_FALSE(safe_pc(*tree, tree.pc(1, Phase::generic), test_chain));
  for (const Phase phase : phased) CHECK(safe_pc(*tree, tree.pc(1, phase), test_chain));
  tree.commit(tree.block);
  CHECK_FALSE(safe_pc(*tree, tree.pc(1, Phase::generic), test_chain));
  for (const Phase phase : phased) CHECK(safe_pc(*tree, tree.pc(1, phase), test_chain));
}

TEST_CASE("storing a block asks for every clause but the lock", "[hotstuff][S55]") {
  Chain chain;
  chain.lock(test_pc(9, chain.x.hash));
  CHECK(fits_tree(*chain, chain.pc(2), test_chain));
  CHECK_FALSE(safe_pc(*chain, chain.pc(2), test_chain));
  PhaseCertificate other_chain = chain.pc(2);
  other_chain.chain_id = ChainId{8};
  CHECK_FALSE(fits_tree(*chain, other_chain, test_chain));
  CHECK_FALSE(fits_tree(*chain, test_pc(3, test_hash("unknown")), test_chain));
  CHECK_FALSE(fits_tree(*chain, test_pc(3, chain.b[2].hash, Phase::decide), test_chain));
}

// ---- safe_block
// ----------------------------------------------------------------------------------

TEST_CASE("a block is safe if its certificate is and its height is its parent's plus one",
          "[hotstuff][S03]") {
  Chain chain;
  const PhaseCertificate justify = chain.pc(6);
  for (const std::uint64_t height : {0, 1, 5, 6, 7, 8, 100}) {
    const Block block = make_block(Height{height}, justify, test_hash("d"), {});
    CHECK(safe_block(*chain, block, test_chain) == (height == 7));
    CHECK(height_fits(*chain, Height{height}, justify) == (height == 7));
  }
}

TEST_CASE("a block justified by the genesis certificate has height 0", "[hotstuff][S03]") {
  Tree tree;
  CHECK(safe_block(*tree, first_block("a"), test_chain));
  CHECK_FALSE(safe_block(*tree, make_block(Height{1}, genesis_pc(), Hash{}, {}), test_chain));
}

TEST_CASE("no height fits a block whose parent is unknown", "[hotstuff][S03]") {
  Tree tree;
  CHECK_FALSE(height_fits(*tree, Height{0}, test_pc(1, test_hash("unknown"))));
  CHECK_FALSE(height_fits(*tree, Height{1}, test_pc(1, test_hash("unknown"))));
}

TEST_CASE("only generic and Decide certificates justify a block", "[hotstuff][I13]") {
  PhasedTree tree;
  for (const Phase phase : phased) {
    const Block block = block_on(tree.block, tree.pc(4, phase), "child");
    CHECK(safe_block(*tree, block, test_chain) == (phase == Phase::decide));
  }
}

TEST_CASE("the locked block is safe though its certificate is older than the lock",
          "[hotstuff][S08]") {
  Chain chain;
  Block set_block = block_on(chain.b[6], 7, "set");
  chain.insert(set_block, std::nullopt, some_updates());
  chain.lock(test_pc(9, set_block.hash, Phase::precommit));
  REQUIRE_FALSE(safe_pc(*chain, set_block.justify, test_chain));
  CHECK(safe_block(*chain, set_block, test_chain));
  // Its sibling, justified alike, is not; and the exception is for the lock alone, not for the
  // height.
  CHECK_FALSE(safe_block(*chain, block_on(chain.b[6], 7, "sibling"), test_chain));
  set_block.height = Height{8};
  CHECK_FALSE(safe_block(*chain, set_block, test_chain));
}

// ---- safe_nudge
// ----------------------------------------------------------------------------------

TEST_CASE("a nudge carries Prepare, Precommit or Commit and nothing else", "[hotstuff]") {
  PhasedTree tree;
  const auto safe = [&](Phase phase) {
    return safe_nudge(*tree, {test_chain, View{5}, tree.pc(4, phase)}, View{5}, test_chain);
  };
  CHECK(safe(Phase::prepare));
  CHECK(safe(Phase::precommit));
  CHECK(safe(Phase::commit));
  CHECK_FALSE(safe(Phase::decide));
  Chain chain;
  CHECK_FALSE(safe_nudge(*chain, {test_chain, View{8}, chain.pc(6)}, View{8}, test_chain));
}

TEST_CASE("a nudge with Prepare or Precommit is of the view before, one with Commit of any before",
          "[hotstuff]") {
  PhasedTree tree;
  for (const std::uint64_t view : {0, 4, 5, 6, 7, 100}) {
    const auto safe = [&](Phase phase) {
      return safe_nudge(*tree, {test_chain, View{view}, tree.pc(5, phase)}, View{view}, test_chain);
    };
    CHECK(safe(Phase::prepare) == (view == 6));
    CHECK(safe(Phase::precommit) == (view == 6));
    CHECK(safe(Phase::commit));
  }
}

TEST_CASE("a nudge of another chain, or with an unsafe certificate, is not safe", "[hotstuff]") {
  PhasedTree tree;
  const PhaseCertificate pc = tree.pc(5, Phase::prepare);
  REQUIRE(safe_nudge(*tree, {test_chain, View{6}, pc}, View{6}, test_chain));
  CHECK_FALSE(safe_nudge(*tree, {ChainId{8}, View{6}, pc}, View{6}, test_chain));
  tree.apply({.locked_pc = test_pc(5, test_hash("elsewhere"), Phase::precommit)});
  CHECK_FALSE(safe_nudge(*tree, {test_chain, View{6}, pc}, View{6}, test_chain));
}

TEST_CASE("a broken run of views is mended by proposing the block again", "[hotstuff]") {
  const Hash block = test_hash("block");
  for (const Phase phase : {Phase::prepare, Phase::precommit}) {
    CHECK_FALSE(needs_reproposal(test_pc(5, block, phase), View{6}));
    CHECK(needs_reproposal(test_pc(5, block, phase), View{7}));
  }
  for (const Phase phase : {Phase::generic, Phase::commit, Phase::decide}) {
    CHECK_FALSE(needs_reproposal(test_pc(5, block, phase), View{6}));
    CHECK_FALSE(needs_reproposal(test_pc(5, block, phase), View{7}));
  }
}

// ---- pc_to_lock
// ----------------------------------------------------------------------------------

TEST_CASE("a generic certificate locks on the certificate inside its block", "[hotstuff]") {
  Chain chain;
  CHECK(pc_to_lock(*chain, chain.pc(3)) == chain.b[3].justify);
  CHECK_FALSE(pc_to_lock(*chain, chain.pc(0)));  // that of b0 is the genesis certificate
  CHECK_FALSE(pc_to_lock(*chain, genesis_pc()));
}

TEST_CASE("a Prepare certificate locks nothing, the later phases lock on themselves",
          "[hotstuff]") {
  PhasedTree tree;
  CHECK_FALSE(pc_to_lock(*tree, tree.pc(2, Phase::prepare)));
  for (const Phase phase : {Phase::precommit, Phase::commit, Phase::decide}) {
    CHECK(pc_to_lock(*tree, tree.pc(2, phase)) == tree.pc(2, phase));
  }
}

TEST_CASE("Commit and Decide leave a lock on their own block, a newer Precommit renews it",
          "[hotstuff]") {
  PhasedTree tree;
  tree.apply({.locked_pc = tree.pc(3, Phase::precommit)});
  CHECK_FALSE(pc_to_lock(*tree, tree.pc(4, Phase::commit)));
  CHECK_FALSE(pc_to_lock(*tree, tree.pc(5, Phase::decide)));
  CHECK(pc_to_lock(*tree, tree.pc(6, Phase::precommit)) == tree.pc(6, Phase::precommit));
}

TEST_CASE("the lock never moves to a lower view, nor within its view", "[hotstuff][S01][I07]") {
  Chain chain;
  chain.lock(chain.pc(4));
  // All of these are safe by the lock's own branch, and lowered the reference's lock.
  REQUIRE(safe_pc(*chain, chain.pc(4), test_chain));
  CHECK_FALSE(pc_to_lock(*chain, chain.pc(4)));
  CHECK_FALSE(pc_to_lock(*chain, chain.pc(3)));
  CHECK_FALSE(pc_to_lock(*chain, chain.pc(5)));  // the lock itself
  CHECK(pc_to_lock(*chain, chain.pc(6)) == chain.pc(5));

  PhasedTree tree;
  tree.apply({.locked_pc = test_pc(5, test_hash("elsewhere"))});
  for (const Phase phase : {Phase::precommit, Phase::commit, Phase::decide}) {
    CHECK_FALSE(pc_to_lock(*tree, tree.pc(4, phase)));
    CHECK_FALSE(pc_to_lock(*tree, tree.pc(5, phase)));
    CHECK(pc_to_lock(*tree, tree.pc(6, phase)));
  }
}

TEST_CASE("replaying every old certificate leaves the lock where it is", "[hotstuff][S01]") {
  Chain chain;
  for (std::size_t i = 0; i <= 6; ++i) chain.apply(update_for(*chain, chain.pc(i)));
  const PhaseCertificate locked = chain->locked_pc();
  const PhaseCertificate highest = chain->highest_pc();
  CHECK(locked == chain.pc(5));
  CHECK(highest == chain.pc(6));
  for (std::size_t i = 7; i > 0; --i) chain.apply(update_for(*chain, chain.pc(i - 1)));
  CHECK(chain->locked_pc() == locked);
  CHECK(chain->highest_pc() == highest);
}

// ---- block_to_commit
// -----------------------------------------------------------------------------

TEST_CASE("three certificates of consecutive views commit the oldest one's block", "[hotstuff]") {
  Chain chain;
  CHECK_FALSE(block_to_commit(*chain, genesis_pc()));
  CHECK_FALSE(block_to_commit(*chain, chain.pc(0)));
  CHECK_FALSE(block_to_commit(*chain, chain.pc(1)));
  CHECK(block_to_commit(*chain, chain.pc(2)) == chain.b[0].hash);
  CHECK(block_to_commit(*chain, chain.pc(6)) == chain.b[4].hash);
}

TEST_CASE("a gap between the views of any two of the three commits nothing", "[hotstuff]") {
  const auto commits = [](std::uint64_t first, std::uint64_t second, std::uint64_t third) {
    Tree tree;
    const Block a = tree.insert(first_block("a"));
    const Block b = tree.insert(block_on(a, first, "b"));
    const Block c = tree.insert(block_on(b, second, "c"));
    return block_to_commit(*tree, test_pc(third, c.hash)) == a.hash;
  };
  CHECK(commits(1, 2, 3));
  CHECK(commits(7, 8, 9));
  CHECK_FALSE(commits(1, 3, 4));
  CHECK_FALSE(commits(1, 2, 4));
  CHECK_FALSE(commits(1, 3, 5));
}

TEST_CASE("what is committed is not committed again", "[hotstuff]") {
  Chain chain;
  chain.commit(chain.b[2]);
  CHECK_FALSE(block_to_commit(*chain, chain.pc(2)));
  CHECK_FALSE(block_to_commit(*chain, chain.pc(4)));
  CHECK(block_to_commit(*chain, chain.pc(5)) == chain.b[3].hash);
}

TEST_CASE("Commit and Decide certificates commit their block, once, Prepare and Precommit never",
          "[hotstuff]") {
  PhasedTree tree;
  CHECK_FALSE(block_to_commit(*tree, tree.pc(1, Phase::prepare)));
  CHECK_FALSE(block_to_commit(*tree, tree.pc(2, Phase::precommit)));
  CHECK(block_to_commit(*tree, tree.pc(3, Phase::commit)) == tree.block.hash);
  CHECK(block_to_commit(*tree, tree.pc(4, Phase::decide)) == tree.block.hash);
  tree.commit(tree.block);
  CHECK_FALSE(block_to_commit(*tree, tree.pc(3, Phase::commit)));
  CHECK_FALSE(block_to_commit(*tree, tree.pc(4, Phase::decide)));
}

// ---- update_for
// ----------------------------------------------------------------------------------

TEST_CASE("only a certificate of a higher view becomes the highest", "[hotstuff][I07]") {
  Chain chain;
  chain.apply(update_for(*chain, chain.pc(4)));
  CHECK_FALSE(update_for(*chain, chain.pc(3)).highest_pc);
  CHECK_FALSE(update_for(*chain, chain.pc(4)).highest_pc);
  CHECK(update_for(*chain, chain.pc(5)).highest_pc == chain.pc(5));
}

TEST_CASE("a Commit certificate is kept, a Decide certificate decides", "[hotstuff][S07]") {
  PhasedTree tree;
  const PhaseCertificate commit = tree.pc(3, Phase::commit);
  const PhaseCertificate decide = tree.pc(4, Phase::decide);
  CHECK(update_for(*tree, commit).commit_pc == commit);
  CHECK_FALSE(update_for(*tree, commit).decide);
  CHECK(update_for(*tree, decide).decide == tree.block.hash);
  CHECK_FALSE(update_for(*tree, decide).commit_pc);
}

TEST_CASE("a decided update is not voted for, and the old set's certificates are not acted on",
          "[hotstuff][S58]") {
  PhasedTree tree;
  tree.apply(update_for(*tree, tree.pc(3, Phase::commit)));
  CHECK_FALSE(is_decided(*tree, tree.block.hash));
  for (const Phase phase : phased) CHECK(safe_pc(*tree, tree.pc(9, phase), test_chain));
  CHECK(safe_block(*tree, tree.block, test_chain));
  tree.apply({.decide = tree.block.hash});
  CHECK(is_decided(*tree, tree.block.hash));
  CHECK_FALSE(safe_pc(*tree, tree.pc(9, Phase::prepare), test_chain));
  CHECK_FALSE(safe_pc(*tree, tree.pc(9, Phase::precommit), test_chain));
  CHECK_FALSE(safe_pc(*tree, tree.pc(9, Phase::commit), test_chain));
  CHECK(safe_pc(*tree, tree.pc(9, Phase::decide), test_chain));
  CHECK_FALSE(safe_block(*tree, tree.block, test_chain));
  for (const Phase phase : {Phase::prepare, Phase::precommit, Phase::commit}) {
    const Nudge nudge{test_chain, View{10}, tree.pc(9, phase)};
    CHECK_FALSE(safe_nudge(*tree, nudge, View{10}, test_chain));
  }
  // While the update above it is undecided, too.
  const Block next_update =
      tree.insert(block_on(tree.block, test_pc(9, tree.block.hash, Phase::decide), "next"),
                  std::nullopt, some_updates());
  tree.commit(next_update);
  REQUIRE_FALSE(tree->validators().update_decided);
  CHECK(is_decided(*tree, tree.block.hash));
  CHECK_FALSE(is_decided(*tree, next_update.hash));
}

TEST_CASE("a Decide certificate is above the old set's ones of its block, and no others",
          "[hotstuff][S58]") {
  PhasedTree tree;
  const PhaseCertificate decide = tree.pc(4, Phase::decide);
  const auto raises_above = [&](const PhaseCertificate& highest) {
    PhasedTree other;
    other.apply({.highest_pc = highest});
    return update_for(*other, decide).highest_pc == decide;
  };
  CHECK(raises_above(tree.pc(8, Phase::prepare)));
  CHECK(raises_above(tree.pc(8, Phase::precommit)));
  CHECK(raises_above(tree.pc(8, Phase::commit)));
  CHECK_FALSE(raises_above(tree.pc(8, Phase::decide)));
  CHECK_FALSE(raises_above(test_pc(8, test_hash("another"), Phase::prepare)));
}

TEST_CASE("a Decide certificate takes the place of a newer lock of the old set on its block",
          "[hotstuff][S58][S58d]") {
  PhasedTree tree;
  const auto lock_after = [&](const PhaseCertificate& lock, const PhaseCertificate& justify) {
    PhasedTree other;
    other.apply({.locked_pc = lock});
    return update_for(*other, justify).locked_pc;
  };
  const PhaseCertificate decide = tree.pc(4, Phase::decide);
  CHECK(lock_after(tree.pc(8, Phase::precommit), decide) == decide);
  CHECK(lock_after(tree.pc(8, Phase::commit), decide) == decide);
  CHECK_FALSE(lock_after(tree.pc(3, Phase::precommit), decide));  // children's locks are above it
  CHECK_FALSE(lock_after(tree.pc(8, Phase::decide), decide));
  CHECK_FALSE(lock_after(test_pc(8, test_hash("another"), Phase::precommit), decide));
  CHECK_FALSE(lock_after(tree.pc(8, Phase::precommit), tree.pc(4, Phase::commit)));
}

TEST_CASE("a set update runs from Prepare to Decide in four certificates", "[hotstuff][I24]") {
  PhasedTree tree;
  const ValidatorSet before = *tree->validators().committed;
  tree.apply(update_for(*tree, tree.pc(1, Phase::prepare)));
  CHECK(tree->locked_pc().is_genesis());
  tree.apply(update_for(*tree, tree.pc(2, Phase::precommit)));
  CHECK(tree->locked_pc() == tree.pc(2, Phase::precommit));
  CHECK_FALSE(tree->committed_block());
  CHECK(tree.apply(update_for(*tree, tree.pc(3, Phase::commit))).sets_changed);
  CHECK(tree->committed_block() == tree.block.hash);
  CHECK(*tree->validators().previous == before);
  CHECK_FALSE(tree->validators().update_decided);
  CHECK(tree->commit_pc(tree.block.hash) == tree.pc(3, Phase::commit));
  CHECK(tree.apply(update_for(*tree, tree.pc(4, Phase::decide))).sets_changed);
  CHECK(tree->validators().update_decided);
  CHECK(tree->locked_pc() == tree.pc(2, Phase::precommit));
}

}  // namespace hs::test
