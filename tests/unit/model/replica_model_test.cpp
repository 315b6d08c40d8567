#include "lib/model/replica_model.h"

#include "tests/unit/model/story.h"

namespace hs::model {
namespace {

// The facts of the next view with the first fact of one kind changed, or left out by `change`
// returning false.
template <class Kind, class Change>
std::vector<Fact> bent(std::vector<Fact> facts, Change change) {
  std::vector<Fact> result;
  bool is_done = false;
  for (Fact& fact : facts) {
    auto* it = std::get_if<Kind>(&fact);
    if (it == nullptr || is_done || change(*it)) result.push_back(fact);
    is_done = is_done || it != nullptr;
  }
  REQUIRE(is_done);
  return result;
}

TEST_CASE("an honest story has no mismatch", "[model]") {
  Story story;
  story.run_to(9);
  CHECK(story.replica.tree().committed_height == 5);
  CHECK(story.replica.tree().locked->view == 7);
}

TEST_CASE("a commit that nothing commits is noticed", "[model][3.7]") {
  Story story;
  story.run_to(5);
  const BlockPtr next = story.next_block();
  auto facts = story.facts_of(next, 6);
  SECTION("of the parent: two certificates are not enough") {
    facts = bent<Committed>(facts, [&](Committed& it) {
      it = {story.blocks[4]->hash, 3, 4};
      return true;
    });
  }
  SECTION("of one block too many") {
    facts.insert(facts.begin() + 4, Committed{story.blocks[4]->hash, 3, 4});
  }
  SECTION("none where one is due") {
    facts = bent<Committed>(facts, [](Committed&) { return false; });
  }
  SECTION("of the wrong view") {
    facts = bent<Committed>(facts, [](Committed& it) { return ++it.view; });
  }
  CHECK(is_against(story.step(facts), "3.7 commit"));
}

TEST_CASE("a commit over a gap of views is noticed", "[model][3.7]") {
  Story story;
  story.run_to(5);
  // View 6 passes by timeout; the certificate of view 5 comes with the proposal of view 7.
  story.held.entered = 6;
  REQUIRE_FALSE(story.step({TimedOut{5}, Entered{6, story.leader(6)}}));
  story.held.entered = 7;
  REQUIRE_FALSE(story.step({TimedOut{6}, Entered{7, story.leader(7)}}));
  const CertificatePtr late = pc(6, story.blocks[5]->hash);  // proposed again in view 6, say
  const BlockPtr next = block(7, 5, late);
  story.held.highest = 6;
  story.held.locked = 4;
  const std::vector<Fact> facts{story.proposal(next, 7),
                                TookOffer{story.leader(7), 7, next->hash, {}}, Inserted{next},
                                RaisedHighest{late}, MovedLock{story.blocks[5]->justify}};
  SECTION("the rules commit nothing") { CHECK_FALSE(story.step(facts)); }
  SECTION("the replica does") {
    auto more = facts;
    more.emplace_back(Committed{story.blocks[3]->hash, 2, 3});
    CHECK(is_against(story.step(more), "3.7 commit"));
  }
}

TEST_CASE("a lock that does not move, or moves elsewhere, is noticed", "[model][3.7]") {
  Story story;
  story.run_to(5);
  auto facts = story.facts_of(story.next_block(), 6);
  SECTION("does not") {
    facts = bent<MovedLock>(facts, [](MovedLock&) { return false; });
  }
  SECTION("to another certificate") {
    facts = bent<MovedLock>(facts, [&](MovedLock& it) {
      it.pc = story.blocks[4]->justify;
      return true;
    });
  }
  CHECK(is_against(story.step(facts), "3.7 lock"));
}

// One block, certified in two views: both certificates lock alike, and one of them commits.
TEST_CASE("what a certificate below the highest has done shows which of two it was",
          "[model][3.7]") {
  Story story;
  story.run_to(5);
  // A newer certificate of the block before comes first, so that neither raises the highest PC.
  story.held.highest = 7;
  const CertificatePtr early = pc(5, story.blocks[5]->hash);
  const CertificatePtr late = pc(7, story.blocks[4]->hash);
  const CertificatePtr again = pc(6, story.blocks[5]->hash);
  const std::vector<Fact> before{HeardCertificate{Source::justify, key_number(1), late},
                                 RaisedHighest{late}, Entered{8, story.leader(8)}};
  story.held.entered = 8;
  REQUIRE_FALSE(story.step(before));
  story.held.locked = 4;
  const bool is_early_first = GENERATE(true, false);
  const HeardCertificate first{Source::other, key_number(1), is_early_first ? early : again};
  const HeardCertificate second{Source::other, key_number(1), is_early_first ? again : early};
  std::vector<Fact> after{first, second, MovedLock{story.blocks[5]->justify}};
  SECTION("the one that commits") {
    after.emplace_back(Committed{story.blocks[3]->hash, 2, 3});
    story.held.committed = 2;
  }
  SECTION("the other") {}
  CHECK_FALSE(story.step(after));
}

TEST_CASE("a lock goes back only against the rules", "[model][S01]") {
  Story story;
  story.run_to(5);
  story.held.locked = 2;
  const std::vector<Fact> facts{
      HeardCertificate{Source::other, key_number(1), pc(3, story.blocks[3]->hash)},
      MovedLock{story.blocks[3]->justify}};
  CHECK(is_against(story.step(facts), "3.7 lock"));
}

TEST_CASE("a vote needs all that 3A.5 asks", "[model][3A.5]") {
  Story story;
  story.run_to(5);
  auto facts = story.facts_of(story.next_block(), 6);
  const char* rule = "3A.5";
  SECTION("not twice in a view") { facts.push_back(facts.back()); }
  SECTION("not in another view") {
    facts = bent<Voted>(facts, [](Voted& it) { return --it.view; });
  }
  SECTION("not without a proposal of a leader") {
    facts = bent<TookOffer>(facts, [](TookOffer&) { return false; });
  }
  SECTION("not for a block that is not held") {
    facts = bent<Inserted>(facts, [](Inserted&) { return false; });
  }
  SECTION("not of another phase") {
    facts = bent<Voted>(facts, [](Voted& it) {
      it.phase = Phase::prepare;
      return true;
    });
  }
  SECTION("not to another than the next leader") {
    facts = bent<Voted>(facts, [](Voted& it) {
      it.recipient = key_number(0);
      return true;
    });
    rule = "3.2 recipient";
  }
  SECTION("not for one who does not lead") {
    facts = bent<HeardOffer>(facts, [](HeardOffer& it) {
      it.origin = key_number(0);
      return true;
    });
    facts = bent<TookOffer>(facts, [](TookOffer& it) {
      it.origin = key_number(0);
      return true;
    });
    rule = "3.2 proposer";
  }
  CHECK(is_against(story.step(facts), rule));
}

TEST_CASE("a vote off the lock is noticed", "[model][3.5]") {
  Story story;
  story.run_to(5);  // locked on view 3
  const BlockPtr fork = block(99, 2, pc(2, story.blocks[2]->hash));
  const BlockPtr on_fork = block(100, 3, pc(3, fork->hash));
  story.held.entered = 6;
  REQUIRE_FALSE(story.step({TimedOut{5}, Entered{6, story.leader(6)}}));
  REQUIRE_FALSE(
      story.step({HeardCertificate{Source::other, key_number(1), fork->justify}, Inserted{fork}}));
  story.held.voted = 6;
  const std::vector<Fact> facts{story.proposal(on_fork, 6),
                                TookOffer{story.leader(6), 6, on_fork->hash, {}}, Inserted{on_fork},
                                Voted{6, on_fork->hash, Phase::generic, story.leader(7)}};
  CHECK(is_against(story.step(facts), "3.5 clause 3"));
}

TEST_CASE("a view ends by its deadline or a certificate, and by nothing else", "[model][4.2]") {
  Story story;
  story.run_to(9);
  story.held.entered = 10;
  REQUIRE_FALSE(story.step({TimedOut{9}, Entered{10, story.leader(10)}}));
  story.held.entered = 11;
  story.held.highest_timeout = 10;
  const auto leave = [&](const Fact& heard, const CertificatePtr& by) {
    return story.step({heard, RaisedHighestTimeout{by}, Entered{11, story.leader(11)}});
  };
  SECTION("not the deadline of an epoch-change view") {
    CHECK(is_against(story.step({TimedOut{10}, Entered{11, story.leader(11)}}), "4.2"));
  }
  SECTION("a TC that another has sent") {
    CHECK_FALSE(leave(HeardCertificate{Source::advance, key_number(1), tc(10)}, tc(10)));
  }
  SECTION("not a TC that a stranger has sent") {
    CHECK(is_against(leave(HeardCertificate{Source::advance, key_number(9), tc(10)}, tc(10)),
                     "3A.2 learn TC"));
  }
  SECTION("not a TC without a quorum") {
    const CertificatePtr weak = tc(10, {true, true, false, false});
    CHECK(
        is_against(leave(HeardCertificate{Source::advance, key_number(1), weak}, weak), "1.8 TC"));
  }
  SECTION("not a certificate that is only advertised") {
    const CertificatePtr by = pc(10, hash_number(77));
    CHECK(is_against(story.step({HeardCertificate{Source::advertised, key_number(1), by},
                                 Entered{11, story.leader(11)}}),
                     "4.2"));
  }
  SECTION("nor one from a NewView whose block is not held") {
    const CertificatePtr by = pc(10, hash_number(77));
    CHECK(is_against(story.step({HeardCertificate{Source::other, key_number(1), by},
                                 Entered{11, story.leader(11)}}),
                     "4.2"));
  }
}

TEST_CASE("a TC of a view that ends no epoch moves nothing", "[model][S06]") {
  Story story;
  story.run_to(5);
  story.held.entered = 6;
  story.held.highest_timeout = 5;
  CHECK(is_against(story.step({HeardCertificate{Source::advance, key_number(1), tc(5)},
                               RaisedHighestTimeout{tc(5)}, Entered{6, story.leader(6)}}),
                   "1.8 TC (ends an epoch)"));
}

TEST_CASE("certificates are collected from votes that have come", "[model][S05]") {
  Story story;
  story.run_to(9);
  story.held.entered = 10;
  REQUIRE_FALSE(story.step({TimedOut{9}, Entered{10, story.leader(10)}}));
  const auto collect = [&](std::uint8_t voters) {
    std::vector<Fact> facts;
    for (std::uint8_t i = 0; i < voters; ++i) {
      facts.emplace_back(HeardTimeoutVote{key_number(i), 10});
    }
    facts.emplace_back(Collected{tc(10)});
    facts.emplace_back(RaisedHighestTimeout{tc(10)});
    facts.emplace_back(Entered{11, story.leader(11)});
    story.held.entered = 11;
    story.held.highest_timeout = 10;
    return story.step(facts);
  };
  SECTION("of a quorum") { CHECK_FALSE(collect(3)); }
  SECTION("not of signatures that are no TimeoutVotes") {
    CHECK(is_against(collect(2), "4.5 collecting"));
  }
}

TEST_CASE("a certificate that must be acted upon is not passed over", "[model][3A.2]") {
  Story story;
  story.run_to(5);
  const HeardCertificate heard{Source::advance, key_number(1), pc(5, story.blocks[5]->hash)};
  CHECK(is_against(story.step({heard}), "3A.2"));
}

TEST_CASE("a leader offers what its highest PC asks for", "[model][3.3]") {
  Story story;
  story.run_to(6);
  const CertificatePtr top = pc(6, story.blocks[6]->hash);
  story.held.highest = 6;
  story.held.locked = 5;
  story.held.committed = 3;
  story.held.entered = 7;
  const auto lead = [&](Offered offered) {
    return story.step({HeardCertificate{Source::advance, key_number(1), top}, RaisedHighest{top},
                       MovedLock{story.blocks[6]->justify}, Committed{story.blocks[4]->hash, 3, 4},
                       Entered{7, story.leader(7)}, offered});
  };
  SECTION("a block on it") { CHECK_FALSE(lead({7, hash_number(7), 6, top, false})); }
  SECTION("not on an older one") {
    CHECK(is_against(lead({7, hash_number(7), 6, story.blocks[6]->justify, false}), "3.3"));
  }
  SECTION("not of another height") {
    CHECK(is_against(lead({7, hash_number(7), 7, top, false}), "3.3"));
  }
  SECTION("not a nudge") { CHECK(is_against(lead({7, top->block, 0, top, true}), "3.3")); }
}

TEST_CASE("what it holds must be what follows from the trace", "[model][L3]") {
  Story story;
  story.run_to(5);
  SECTION("after a step") {
    story.held.locked = 4;
    CHECK(is_against(story.step({}), "3.7 lock"));
  }
  SECTION("at a restart") {
    story.held.voted = 4;
    CHECK(is_against(story.replica.start(story.held), "3A.5 cast"));
  }
  SECTION("and after it") {
    REQUIRE_FALSE(story.replica.start(story.held));
    story.held.entered = 6;
    CHECK_FALSE(story.step({}));
  }
  SECTION("in the very view that follows") {
    REQUIRE_FALSE(story.replica.start(story.held));
    story.held.entered = 7;
    CHECK(is_against(story.step({}), "3A.3"));
  }
}

}  // namespace
}  // namespace hs::model
