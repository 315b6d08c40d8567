#include "lib/hotstuff/vote_collector.h"

#include "lib/validators/verify.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs::test {
namespace {

const Hash block_a = test_hash("a");
const Hash block_b = test_hash("b");

struct Collecting {
  VoteCollector collector;
  Collecting() { collector.enter(test_chain, View{5}); }

  VoteCollector::Added add(std::uint8_t key, const Hash& block, Phase phase = Phase::generic) {
    const SecretKey secret = test_key(key);
    const PhaseVote vote{test_chain, View{5}, block, phase,
                         secret.sign(phase_statement(test_chain, View{5}, block, phase))};
    return collector.add(secret.public_key(), vote);
  }
};

}  // namespace

TEST_CASE("votes with a quorum's power make a certificate that verifies", "[hotstuff]") {
  const ValidatorSet set = test_set({{1}, {2}, {3}, {4}});
  Collecting votes;
  CHECK(votes.add(1, block_a).is_new);
  CHECK(votes.add(2, block_a).is_new);
  CHECK_FALSE(votes.collector.certificate(block_a, Phase::generic, set));
  CHECK(votes.add(3, block_a).is_new);
  const auto pc = votes.collector.certificate(block_a, Phase::generic, set);
  REQUIRE(pc);
  CHECK(pc->chain_id == test_chain);
  CHECK(pc->view == View{5});
  CertificateVerifier verifier(ed25519_scheme());
  CHECK(verifier.correctly_signed(*pc, set));
}

TEST_CASE("votes for different blocks or phases do not add up", "[hotstuff]") {
  const ValidatorSet set = test_set({{1}, {2}, {3}, {4}});
  Collecting votes;
  votes.add(1, block_a);
  votes.add(2, block_a);
  votes.add(3, block_b);
  votes.add(4, block_a, Phase::prepare);
  CHECK_FALSE(votes.collector.certificate(block_a, Phase::generic, set));
  CHECK_FALSE(votes.collector.certificate(block_b, Phase::generic, set));
  CHECK(votes.collector.subjects().size() == 3);
}

TEST_CASE("a vote that comes twice counts once", "[hotstuff]") {
  const ValidatorSet set = test_set({{1}, {2}, {3}, {4}});
  Collecting votes;
  votes.add(1, block_a);
  votes.add(2, block_a);
  const auto again = votes.add(2, block_a);
  CHECK_FALSE(again.is_new);
  CHECK_FALSE(again.conflicts);
  CHECK_FALSE(votes.collector.certificate(block_a, Phase::generic, set));
}

TEST_CASE("the same votes serve every set that may judge them", "[hotstuff][S10][S38]") {
  const ValidatorSet old_set = test_set({{1}, {2}, {3}});
  const ValidatorSet new_set = test_set({{2}, {3}, {4}});
  Collecting votes;
  for (const std::uint8_t key : {1, 2, 3}) votes.add(key, block_a);
  CHECK(votes.collector.certificate(block_a, Phase::generic, old_set));
  CHECK_FALSE(votes.collector.certificate(block_a, Phase::generic, new_set));
  votes.add(4, block_a);
  const auto pc = votes.collector.certificate(block_a, Phase::generic, new_set);
  REQUIRE(pc);
  CHECK(pc->signatures.size() == 3);
  CertificateVerifier verifier(ed25519_scheme());
  CHECK(verifier.correctly_signed(*pc, new_set));
}

TEST_CASE("a conflicting vote is told together with the vote it contradicts", "[hotstuff][S23]") {
  Collecting votes;
  CHECK_FALSE(votes.add(1, block_a).conflicts);
  const auto second = votes.add(1, block_b);
  REQUIRE(second.conflicts);
  CHECK(second.conflicts->block == block_a);
}

TEST_CASE("a signer who votes for everything is kept to a few votes", "[hotstuff][S22]") {
  Collecting votes;
  for (int i = 0; i < 50; ++i) {
    for (const Phase phase : {Phase::generic, Phase::prepare, Phase::decide}) {
      votes.add(1, test_hash(std::to_string(i)), phase);
    }
  }
  CHECK(votes.collector.subjects().size() <= 6);
}

TEST_CASE("entering a view forgets the votes of the one before", "[hotstuff]") {
  const ValidatorSet set = test_set({{1}});
  Collecting votes;
  votes.add(1, block_a);
  votes.collector.mark_formed(block_a, Phase::generic, set);
  CHECK(votes.collector.announce(block_a, Phase::generic, set));
  votes.collector.enter(test_chain, View{6});
  CHECK(votes.collector.subjects().empty());
  CHECK_FALSE(votes.collector.is_formed(block_a, Phase::generic, set));
  CHECK(votes.collector.announce(block_a, Phase::generic, set));
}

TEST_CASE("a certificate is announced and formed once for each set", "[hotstuff]") {
  const ValidatorSet one = test_set({{1}});
  const ValidatorSet two = test_set({{1}, {2}});
  VoteCollector collector;
  CHECK(collector.announce(block_a, Phase::generic, one));
  CHECK_FALSE(collector.announce(block_a, Phase::generic, one));
  CHECK(collector.announce(block_a, Phase::generic, two));
  CHECK(collector.announce(block_a, Phase::prepare, one));
  collector.mark_formed(block_a, Phase::generic, one);
  CHECK(collector.is_formed(block_a, Phase::generic, one));
  CHECK_FALSE(collector.is_formed(block_a, Phase::generic, two));
}

}  // namespace hs::test
