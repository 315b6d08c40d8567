// What a replica by the rules does not leave undone.
#include "tests/unit/model/story.h"

namespace hs::model {
namespace {

// The leader of the next view shows its block, and is known to keep the rules.
std::vector<Fact> faithful(std::vector<Fact> facts, const BlockPtr& next) {
  auto& offer = std::get<HeardOffer>(facts.front());
  offer.is_faithful = true;
  offer.content = next;
  return facts;
}

template <class Kind>
std::vector<Fact> without(std::vector<Fact> facts) {
  std::erase_if(facts, [](const Fact& fact) { return std::holds_alternative<Kind>(fact); });
  return facts;
}

TEST_CASE("an honest leader's block is stored and voted for, or a rule speaks against it",
          "[model][3A.5][S55]") {
  Story story;
  story.run_to(5);
  const bool was_refused = GENERATE(false, true);
  if (was_refused) REQUIRE_FALSE(story.step({Refused{story.leader(6)}}));
  const BlockPtr next = story.next_block();
  const std::vector<Fact> any = story.facts_of(next, 6);
  const std::vector<Fact> facts = faithful(any, next);
  // Of one whose messages were refused before, nothing may be verified any more.
  const auto is_undone = [&](const std::vector<Fact>& done, const char* rule) {
    story.held.voted = 5;
    const auto mismatch = story.step(done);
    return was_refused ? !mismatch : is_against(mismatch, rule);
  };
  SECTION("stored and voted for") { CHECK_FALSE(story.step(facts)); }
  SECTION("stored and no vote") { CHECK(is_undone(without<Voted>(facts), "3A.5 cast")); }
  SECTION("not stored") {
    CHECK(is_undone(without<Inserted>(without<Voted>(facts)), "3A.5 store"));
  }
  SECTION("of another leader nothing is asked") {
    story.held.voted = 5;
    CHECK_FALSE(story.step(without<Inserted>(without<Voted>(any))));
  }
}

TEST_CASE("a newer certificate frees the lock for a vote", "[model][3.5][M16]") {
  Story story;
  story.run_to(5);  // locked on view 3
  const BlockPtr fork = block(99, 2, pc(2, story.blocks[2]->hash));
  const BlockPtr on_fork = block(100, 3, pc(5, fork->hash));
  story.held.entered = 6;
  REQUIRE_FALSE(story.step({TimedOut{5}, Entered{6, story.leader(6)}}));
  REQUIRE_FALSE(
      story.step({HeardCertificate{Source::other, key_number(1), fork->justify}, Inserted{fork}}));
  story.held.highest = 5;
  std::vector<Fact> facts{story.proposal(on_fork, 6),
                          TookOffer{story.leader(6), 6, on_fork->hash, {}}, Inserted{on_fork},
                          RaisedHighest{on_fork->justify}};
  facts = faithful(facts, on_fork);
  SECTION("no vote") { CHECK(is_against(story.step(facts), "3A.5 cast")); }
  SECTION("a vote") {
    facts.emplace_back(Voted{6, on_fork->hash, Phase::generic, story.leader(7)});
    story.held.voted = 6;
    CHECK_FALSE(story.step(facts));
  }
}

TEST_CASE("a set update is not told of where none is committed", "[model][S53]") {
  Story story;
  story.run_to(5);
  CHECK(is_against(story.step({ToldUpdate{story.blocks[3]->hash}}), "10"));
}

TEST_CASE("a leader that misses the certified block does not lead at once", "[model][S56]") {
  Story story;
  story.run_to(5);
  story.held.entered = 7;
  const CertificatePtr of_missing = pc(6, hash_number(66));
  const HeardCertificate heard{Source::advance, key_number(1), of_missing};
  const Entered entered{7, story.leader(7)};
  SECTION("it waits") { CHECK_FALSE(story.step({heard, entered})); }
  SECTION("it does not") {
    const Offered older{7, hash_number(7), 4, story.blocks[5]->justify, false};
    CHECK(is_against(story.step({heard, entered, older}), "3A.3 lead"));
  }
}

TEST_CASE("no certificate is collected from a signature that does not verify", "[model][M12]") {
  Story story;
  story.run_to(5);
  const Hash& block = story.blocks[5]->hash;
  std::vector<Fact> facts;
  for (std::uint8_t i = 0; i < 3; ++i) facts.emplace_back(HeardVote{key_number(i), 5, block, {}});
  facts.emplace_back(Collected{pc(5, block)});
  story.signatures.are_good = false;
  CHECK(is_against(story.step(facts), "3.8 collecting"));
}

TEST_CASE("of two sets of a size a certificate is that of the one whose signatures verify",
          "[model][4.5]") {
  const Set grown = four()->with({.inserts = {{key_number(4), 1}}, .deletes = {key_number(3)}});
  Tree tree = tree_at_genesis(chain, epoch_length, four());
  tree.sets.committed = std::make_shared<const Set>(grown);
  tree.sets.update_height = 0;
  tree.sets.decided = false;
  OneVerdict signatures;
  signatures.only_of = tree.sets.previous;
  ReplicaModel replica(key_number(3), tree, signatures);
  Holdings held;
  held.sets = tree.sets;
  REQUIRE_FALSE(replica.start(held));
  std::vector<Fact> facts;
  for (std::uint8_t i = 0; i < 3; ++i) facts.emplace_back(HeardTimeoutVote{key_number(i), 0});
  const CertificatePtr made = tc(0);
  facts.insert(facts.end(), {Collected{made}, RaisedHighestTimeout{made}, Advanced{made},
                             Entered{1, four()->leader(1)}});
  held.entered = 1;
  held.highest_timeout = 0;
  SECTION("the one before") { CHECK_FALSE(replica.step(facts, held)); }
  SECTION("neither") {
    signatures.are_good = false;
    CHECK(is_against(replica.step(facts, held), "4.5 collecting"));
  }
}

}  // namespace
}  // namespace hs::model
