#include "lib/hotstuff/judge.h"

#include "lib/hotstuff/rules.h"
#include "tests/support/catch.h"
#include "tests/support/tree.h"

namespace hs::test {
namespace {

// A chain that has changed its set once: `below` (height 0) under the old set {1,2,3,4}, `change`
// (height 1) which adds 5 and 6, and `above` (height 2) under the new one.
struct Changed : Tree {
  ValidatorSet old_set = test_set({{1}, {2}, {3}, {4}});
  ValidatorSet new_set = test_set({{1}, {2}, {3}, {4}, {5}, {6}});
  Block below = insert(first_block("below"));
  Block change = insert(block_on(below, 1, "change"), std::nullopt, updates());
  Block above;
  CertificateVerifier verifier{ed25519_scheme()};

  static ValidatorSetUpdates updates() {
    ValidatorSetUpdates updates;
    updates.insert(test_key(5).public_key(), Power{1});
    updates.insert(test_key(6).public_key(), Power{1});
    return updates;
  }
  void commit_change() { commit(change); }
  void decide_and_go_on() {
    apply({.decide = change.hash});
    above = insert(block_on(change, test_pc(5, change.hash, Phase::decide), "above"));
  }

  [[nodiscard]] Verdict of(const PhaseCertificate& pc) { return judge(*tree, pc, verifier); }
  [[nodiscard]] bool by_old(const PhaseCertificate& pc) {
    return of(signed_pc(pc, old_set, {1, 2, 3})) == Verdict::good;
  }
  // Five of six: a quorum, with a third of the old set among them.
  [[nodiscard]] bool by_new(const PhaseCertificate& pc) {
    return of(signed_pc(pc, new_set, {1, 2, 3, 5, 6})) == Verdict::good;
  }
};

}  // namespace

TEST_CASE("the genesis certificate is good without a signature", "[hotstuff]") {
  Changed tree;
  CHECK(tree.of(genesis_pc()) == Verdict::good);
}

TEST_CASE("one bad signature, a missing quorum or a wrong slot count makes a certificate bad",
          "[hotstuff][I03]") {
  Changed tree;
  const PhaseCertificate statement = test_pc(2, tree.below.hash);
  CHECK(tree.of(signed_pc(statement, tree.old_set, {1, 2, 3})) == Verdict::good);
  CHECK(tree.of(signed_pc(statement, tree.old_set, {1, 2})) == Verdict::bad);
  CHECK(tree.of(statement) == Verdict::bad);
  PhaseCertificate spoiled = signed_pc(statement, tree.old_set, {1, 2, 3, 4});
  spoiled.signatures[2]->bytes[0] ^= 1;
  CHECK(tree.of(spoiled) == Verdict::bad);
  PhaseCertificate longer = signed_pc(statement, tree.old_set, {1, 2, 3});
  longer.signatures.emplace_back();
  CHECK(tree.of(longer) == Verdict::bad);
}

TEST_CASE("before any set update the committed set judges, whatever the phase", "[hotstuff]") {
  Changed tree;
  for (const Phase phase : {Phase::generic, Phase::prepare, Phase::precommit, Phase::commit}) {
    CHECK(tree.by_old(test_pc(2, tree.below.hash, phase)));
    CHECK(tree.by_old(test_pc(2, tree.change.hash, phase)));
    CHECK(tree.by_old(test_pc(2, test_hash("unknown"), phase)));
    CHECK_FALSE(tree.by_new(test_pc(2, tree.change.hash, phase)));
  }
}

TEST_CASE("a Decide certificate of a pending block is judged by the set that its updates make",
          "[hotstuff][S07]") {
  Changed tree;
  const PhaseCertificate decide = test_pc(4, tree.change.hash, Phase::decide);
  CHECK(tree.by_new(decide));
  CHECK_FALSE(tree.by_old(decide));
}

TEST_CASE("a pending Decide certificate needs signers with more than a third of the committed set",
          "[hotstuff][S07]") {
  // Four new members of power 2 each out of 12: a quorum of 9 with one old member of 4.
  Tree tree;
  ValidatorSetUpdates updates;
  for (std::uint8_t key = 5; key <= 8; ++key) {
    updates.insert(test_key(key).public_key(), Power{2});
  }
  const Block change = tree.insert(first_block("change"), std::nullopt, updates);
  const ValidatorSet new_set = test_set({{1}, {2}, {3}, {4}, {5, 2}, {6, 2}, {7, 2}, {8, 2}});
  CertificateVerifier verifier(ed25519_scheme());
  const auto verdict = [&](const std::vector<std::uint8_t>& signers) {
    const PhaseCertificate pc = test_pc(4, change.hash, Phase::decide);
    return judge(*tree, signed_pc(pc, new_set, signers), verifier);
  };
  CHECK(verdict({1, 5, 6, 7, 8}) == Verdict::wants_commit_pc);
  CHECK(verdict({1, 2, 5, 6, 7, 8}) == Verdict::good);
  CHECK(verdict({1, 2, 5, 6, 7}) == Verdict::bad);  // power 8 is no quorum
  // With the Commit PC processed, nobody has to vouch any more.
  tree.commit(change);
  CHECK(verdict({1, 5, 6, 7, 8}) == Verdict::good);
}

TEST_CASE("exactly a third of the committed set does not vouch for a pending Decide certificate",
          "[hotstuff][S07]") {
  Tree tree(InitialState{{}, test_set({{1}, {2}, {3}})});
  ValidatorSetUpdates updates;
  updates.insert(test_key(4).public_key(), Power{9});
  const Block change = tree.insert(first_block("change"), std::nullopt, updates);
  const ValidatorSet new_set = test_set({{1}, {2}, {3}, {4, 9}});
  CertificateVerifier verifier(ed25519_scheme());
  const PhaseCertificate pc = test_pc(4, change.hash, Phase::decide);
  CHECK(judge(*tree, signed_pc(pc, new_set, {1, 4}), verifier) == Verdict::wants_commit_pc);
  CHECK(judge(*tree, signed_pc(pc, new_set, {1, 2, 4}), verifier) == Verdict::good);
}

TEST_CASE("a pending Decide certificate whose update empties the set is bad", "[hotstuff][S28]") {
  Tree tree;
  ValidatorSetUpdates updates;
  for (std::uint8_t key = 1; key <= 4; ++key) updates.erase(test_key(key).public_key());
  const Block change = tree.insert(first_block("change"), std::nullopt, updates);
  CertificateVerifier verifier(ed25519_scheme());
  CHECK(judge(*tree, test_pc(4, change.hash, Phase::decide), verifier) == Verdict::bad);
}

TEST_CASE("after the commit the old set answers for the block's phases, the new one for its Decide",
          "[hotstuff]") {
  Changed tree;
  tree.commit_change();
  for (const bool decided : {false, true}) {
    if (decided) tree.decide_and_go_on();
    for (const Phase phase : {Phase::prepare, Phase::precommit, Phase::commit}) {
      CHECK(tree.by_old(test_pc(4, tree.change.hash, phase)));
      CHECK_FALSE(tree.by_new(test_pc(4, tree.change.hash, phase)));
    }
    CHECK(tree.by_new(test_pc(4, tree.change.hash, Phase::decide)));
    CHECK_FALSE(tree.by_old(test_pc(4, tree.change.hash, Phase::decide)));
    CHECK_FALSE(tree.by_old(test_pc(4, tree.change.hash)));  // Generic: nobody
    CHECK_FALSE(tree.by_new(test_pc(4, tree.change.hash)));
  }
}

TEST_CASE("blocks below the update are judged by the old set, blocks above by the new one",
          "[hotstuff][S36]") {
  Changed tree;
  tree.commit_change();
  tree.decide_and_go_on();
  CHECK(tree.by_old(test_pc(1, tree.below.hash)));
  CHECK_FALSE(tree.by_new(test_pc(1, tree.below.hash)));
  CHECK(tree.by_new(test_pc(6, tree.above.hash)));
  CHECK_FALSE(tree.by_old(test_pc(6, tree.above.hash)));
  CHECK(tree.by_new(test_pc(6, test_hash("unknown"))));
  CHECK_FALSE(tree.by_old(test_pc(6, test_hash("unknown"))));
}

TEST_CASE("a block without updates at the update height has no phases", "[hotstuff]") {
  Changed tree;
  const Block sibling = block_on(tree.below, 1, "sibling");
  tree.commit_change();
  tree.insert(sibling);
  for (const Phase phase : {Phase::generic, Phase::prepare, Phase::commit, Phase::decide}) {
    CHECK_FALSE(tree.by_old(test_pc(4, sibling.hash, phase)));
    CHECK_FALSE(tree.by_new(test_pc(4, sibling.hash, phase)));
  }
}

TEST_CASE("a certificate good under one set is judged again when the set changes",
          "[hotstuff][S51]") {
  Changed tree;
  const PhaseCertificate pc = signed_pc(test_pc(4, test_hash("unknown")), tree.old_set, {1, 2, 3});
  CHECK(tree.of(pc) == Verdict::good);
  tree.commit_change();
  CHECK(tree.of(pc) == Verdict::bad);
}

TEST_CASE("a certificate is verified once, whoever shows it again", "[hotstuff][S51]") {
  Changed tree;
  const PhaseCertificate pc = signed_pc(test_pc(4, tree.below.hash), tree.old_set, {1, 2, 3});
  CHECK(tree.of(pc) == Verdict::good);
  const std::uint64_t verified = tree.verifier.signatures().verified();
  CHECK(tree.of(pc) == Verdict::good);
  CHECK(tree.verifier.signatures().verified() == verified);
}

// ---- timeout certificates
// ------------------------------------------------------------------------

TEST_CASE("a timeout certificate is of our chain and of an epoch-change view", "[hotstuff][S06]") {
  Changed tree;
  const auto good = [&](const TimeoutCertificate& tc) {
    return judge_tc(tree->validators(), tc, test_chain, 10, tree.verifier);
  };
  CHECK(good(signed_tc(20, tree.old_set, {1, 2, 3})));
  CHECK(good(signed_tc(0, tree.old_set, {1, 2, 3})));
  CHECK_FALSE(good(signed_tc(21, tree.old_set, {1, 2, 3})));
  CHECK_FALSE(good(signed_tc(20, tree.old_set, {1, 2})));
  TimeoutCertificate other{.chain_id = ChainId{8}, .view = View{20}, .signatures = {}};
  other.signatures = test_signatures(tree.old_set, {1, 2, 3}, statement_of(other));
  CHECK_FALSE(good(other));
}

TEST_CASE("the previous set may sign a timeout certificate until the update is decided",
          "[hotstuff]") {
  Changed tree;
  const auto good = [&](const TimeoutCertificate& tc) {
    return judge_tc(tree->validators(), tc, test_chain, 10, tree.verifier);
  };
  const TimeoutCertificate by_old = signed_tc(20, tree.old_set, {1, 2, 3});
  const TimeoutCertificate by_new = signed_tc(20, tree.new_set, {1, 2, 3, 5, 6});
  CHECK_FALSE(good(by_new));
  tree.commit_change();
  CHECK(good(by_new));
  CHECK(good(by_old));
  tree.decide_and_go_on();
  CHECK(good(by_new));
  CHECK_FALSE(good(by_old));
}

}  // namespace hs::test
