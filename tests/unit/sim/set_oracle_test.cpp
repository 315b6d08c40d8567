#include "lib/sim/set_oracle.h"

#include "lib/blocktree/block_tree.h"
#include "lib/blocktree/key_table.h"
#include "lib/sim/counter_app.h"
#include "lib/store/memory_store.h"
#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

// Four validators, two nodes that stand by, and a block that replaces the set {0, 1, 2, 3} by
// {4, 5}.
struct SetFixture : Fixture {
  SetFixture()
      : Fixture(2),
        certificates(cast, book, ChainId{7}, judge),
        chain(6, book, certificates, judge),
        oracle(cast, book, chain, certificates, judge) {
    ValidatorSetUpdates updates;
    for (NodeIndex node = 0; node < 4; ++node) updates.erase(cast.key(node));
    for (NodeIndex node = 4; node < 6; ++node) updates.insert(cast.key(node), Power{1});
    const Data data{Bytes{}, to_transaction(SetChange{.id = set_change_id(1), .updates = updates})};
    update = make_block(Height{0}, genesis_pc(), hash_number(1), data);
    child = block_at(1, pc_of(4, update.hash, Phase::decide, {4, 5}));
    chain.on_proposal(0, std::make_shared<const Block>(update));
    chain.on_proposal(0, std::make_shared<const Block>(child));
    REQUIRE(initialise(disk, {.app_state = {}, .validators = cast.validators()}).has_value());
    const std::vector<Validator> members{{cast.key(4), Power{1}}, {cast.key(5), Power{1}}};
    new_set = *ValidatorSet::from_members(members);
  }
  void write(const WriteBatch& batch) {
    oracle.on_write(0, batch);
    disk.write(batch, true);
  }
  [[nodiscard]] WriteBatch update_batch(bool is_decided) const {
    WriteBatch batch;
    batch.put(key::committed_set(), to_borsh(new_set));
    batch.put(key::update_height(), to_borsh(Height{0}));
    batch.put(key::update_decided(), Bytes{static_cast<std::uint8_t>(is_decided ? 1 : 0)});
    return batch;
  }
  void commit_update() { chain.on_commit(0, update.hash, Height{0}); }

  CertificateOracle certificates;
  ChainOracle chain;
  SetOracle oracle;
  MemoryStore disk;
  Block update;
  Block child;
  ValidatorSet new_set;
};

TEST_CASE("an update that the chain made is what a node may hold", "[sim][G6]") {
  SetFixture f;
  f.oracle.on_start(0, f.disk);
  f.write(f.update_batch(false));
  f.commit_update();
  f.oracle.end_step(0);
  CHECK(f.broken().empty());
  f.certificates.check(0, f.pc_of(4, f.update.hash, Phase::decide, {4, 5}));
  f.write(f.update_batch(true));
  f.oracle.end_step(0);
  f.oracle.on_start(0, f.disk);
  CHECK(f.broken().empty());
}

TEST_CASE("a set that the chain did not make breaks G6", "[sim][G6]") {
  SECTION("no update is committed") {
    SetFixture f;
    f.oracle.on_start(0, f.disk);
    f.write(f.update_batch(false));
    f.oracle.end_step(0);
    CHECK(f.broken() == "G6");
  }
  SECTION("the set stays what it was") {
    SetFixture f;
    f.oracle.on_start(0, f.disk);
    WriteBatch batch = f.update_batch(false);
    batch.put(key::committed_set(), to_borsh(f.cast.validators()));
    f.write(batch);
    f.commit_update();
    f.oracle.end_step(0);
    CHECK(f.broken() == "G6");
  }
  SECTION("the set changes without an update") {
    SetFixture f;
    WriteBatch batch;
    batch.put(key::committed_set(), to_borsh(f.new_set));
    f.write(batch);
    f.oracle.on_start(0, f.disk);
    CHECK(f.broken() == "G6");
  }
  SECTION("the previous set is another") {
    SetFixture f;
    f.oracle.on_start(0, f.disk);
    WriteBatch batch = f.update_batch(false);
    batch.put(key::previous_set(), to_borsh(f.new_set));
    f.write(batch);
    f.commit_update();
    f.oracle.end_step(0);
    CHECK(f.broken() == "G6");
  }
}

TEST_CASE("an update that nothing decides, or that is left undecided, breaks I24", "[sim][I24]") {
  SetFixture f;
  f.oracle.on_start(0, f.disk);
  f.commit_update();
  SECTION("decided too early") { f.write(f.update_batch(true)); }
  SECTION("undecided below the tip") {
    f.write(f.update_batch(false));
    f.chain.on_commit(0, f.child.hash, Height{1});
  }
  f.oracle.end_step(0);
  CHECK(f.broken() == "I24");
}

TEST_CASE("a vote is for the set of its signer", "[sim][I10][I26]") {
  struct Case {
    NodeIndex node;
    bool for_child;
    Phase phase;
    bool is_right;
  };
  for (const Case& each : {Case{0, false, Phase::prepare, true},
                           {4, false, Phase::prepare, false},
                           {0, false, Phase::commit, true},
                           {4, false, Phase::commit, false},
                           {0, false, Phase::decide, false},
                           {4, false, Phase::decide, true},
                           {0, true, Phase::generic, false},
                           {5, true, Phase::generic, true}}) {
    SetFixture f;
    const Hash& block = each.for_child ? f.child.hash : f.update.hash;
    f.oracle.on_send(each.node, f.vote(each.node, 5, block, each.phase));
    CHECK(f.broken() == (each.is_right ? "" : "I10"));
  }
}

TEST_CASE("only a leader of the block's sets proposes or nudges", "[sim][I26][I27]") {
  SetFixture f;
  const auto old_leader = f.cast.node_of(f.book.initial()->leader(View{6}));
  const auto new_leader = f.cast.node_of(f.new_set.leader(View{6}));
  const Nudge nudge{ChainId{7}, View{6}, f.pc_of(3, f.update.hash, Phase::commit, {0, 1, 2, 3})};
  f.oracle.on_send(*old_leader, Fixture::proposal(6, f.update));
  f.oracle.on_send(*old_leader, nudge);
  f.oracle.on_send(*new_leader, nudge);
  f.oracle.on_send(*new_leader, Fixture::proposal(6, f.child));
  CHECK(f.broken().empty());
  SECTION("the old set's leader proposes a child") {
    f.oracle.on_send(*old_leader, Fixture::proposal(6, f.child));
    CHECK(f.broken() == "I26");
  }
  SECTION("somebody nudges") {
    f.oracle.on_send((*old_leader + 1) % 4, nudge);
    CHECK(f.broken() == "I27");
  }
}

TEST_CASE("a listener that times out or advances views breaks I10", "[sim][I10]") {
  SetFixture f;
  f.oracle.on_start(0, f.disk);
  f.oracle.on_start(4, f.disk);
  f.oracle.on_send(4, NewView{ChainId{7}, View{1}, genesis_pc()});
  f.oracle.on_send(0, TimeoutVote{ChainId{7}, View{0}, {}, std::nullopt});
  f.oracle.on_send(0, AdvanceView{f.tc(0)});
  CHECK(f.broken().empty());
  SECTION("times out") { f.oracle.on_send(4, TimeoutVote{ChainId{7}, View{0}, {}, std::nullopt}); }
  SECTION("advances") { f.oracle.on_send(4, AdvanceView{f.tc(0)}); }
  CHECK(f.broken() == "I10");
}

TEST_CASE("certificates are judged by the set of their block", "[sim][L4][I26]") {
  SetFixture f;
  const std::vector<NodeIndex> before{0, 1, 2, 3};
  const std::vector<NodeIndex> after{4, 5};
  f.certificates.check(0, f.pc_of(1, f.update.hash, Phase::prepare, before));
  f.certificates.check(0, f.pc_of(3, f.update.hash, Phase::commit, before));
  f.certificates.check(0, f.pc_of(4, f.update.hash, Phase::decide, after));
  f.certificates.check(0, f.pc_of(5, f.child.hash, Phase::generic, after));
  CHECK(f.broken().empty());
  CHECK(f.certificates.has_phase(f.update.hash, Phase::commit));
  CHECK_FALSE(f.certificates.has_phase(f.update.hash, Phase::precommit));
  SECTION("a Decide certificate of the old set") {
    f.certificates.check(0, f.pc_of(6, f.update.hash, Phase::decide, before));
  }
  SECTION("a child certified by the old set") {
    f.certificates.check(0, f.pc_of(6, f.child.hash, Phase::generic, before));
  }
  SECTION("a Generic certificate of an update") {
    f.certificates.check(0, f.pc_of(6, f.update.hash, Phase::generic, before));
  }
  SECTION("a phase of an ordinary block") {
    f.certificates.check(0, f.pc_of(6, f.child.hash, Phase::prepare, after));
  }
  CHECK(f.broken() == "L4");
}

TEST_CASE("two sets may certify in one view, one set may not twice", "[sim][I11]") {
  SetFixture f;
  f.certificates.check(0, f.pc_of(6, f.update.hash, Phase::prepare, {0, 1, 2, 3}));
  f.certificates.check(0, f.pc_of(6, f.update.hash, Phase::decide, {4, 5}));
  CHECK(f.broken().empty());
  f.certificates.check(0, f.pc_of(6, f.child.hash, Phase::generic, {4, 5}));
  CHECK(f.broken() == "I11");
}

TEST_CASE("a later phase without a certificate of the one before breaks I09", "[sim][I09]") {
  SetFixture f;
  f.certificates.check(0, f.pc_of(1, f.update.hash, Phase::prepare, {0, 1, 2, 3}));
  f.certificates.on_send(0, f.vote(0, 2, f.update.hash, Phase::precommit));
  CHECK(f.broken().empty());
  SECTION("a view lies between") {
    f.certificates.on_send(0, f.vote(0, 3, f.update.hash, Phase::precommit));
  }
  SECTION("a phase is left out") {
    f.certificates.on_send(0, f.vote(0, 2, f.update.hash, Phase::commit));
  }
  CHECK(f.broken() == "I09");
}

TEST_CASE("timeout certificates count for the sets that are active where they are taken",
          "[sim][L4]") {
  SetFixture f;
  TimeoutCertificate tc{ChainId{7}, View{10}, {}};
  for (const NodeIndex node : {4, 5}) {
    tc.signatures.emplace_back(f.cast.secret(node).sign(statement_of(tc)));
  }
  const MemberSetPtr after = f.book.find(f.update.hash)->after;
  SECTION("of a set that was never in force") {
    f.certificates.check(0, tc);
    f.certificates.end_step(0);
  }
  SECTION("of a set that comes into force in the step") {
    f.certificates.check(0, tc);
    f.certificates.end_step(1);
    f.certificates.on_set(after);
    f.certificates.end_step(0);
    CHECK(f.broken().empty());
    CHECK(f.certificates.highest_view() == View{10});
    f.certificates.check_taken(0, tc, {f.book.initial()});
  }
  SECTION("of a set that is in force elsewhere") {
    f.certificates.on_set(after);
    f.certificates.check(0, tc);
    CHECK(f.broken().empty());
    f.certificates.check_taken(0, tc, {after});
    CHECK(f.broken().empty());
    f.certificates.check_taken(0, tc, {f.book.initial()});
  }
  CHECK(f.broken() == "L4");
}

TEST_CASE("leaders follow the list definition", "[sim][I05]") {
  const SetFixture f;
  const MemberSet set(
      {{f.cast.key(0), Power{1}}, {f.cast.key(1), Power{3}}, {f.cast.key(2), Power{2}}});
  const auto real = ValidatorSet::from_members(set.members());
  std::map<PublicKey, int> times;
  for (std::uint64_t view = 0; view < 6; ++view) {
    ++times[set.leader(View{view})];
    CHECK(set.leader(View{view}) == set.leader(View{view + 6}));
    CHECK(set.leader(View{view}) == real->leader(View{view}));
  }
  CHECK(times ==
        std::map<PublicKey, int>{{f.cast.key(0), 1}, {f.cast.key(1), 3}, {f.cast.key(2), 2}});
  CHECK(set.is_quorum(5));
  CHECK_FALSE(set.is_quorum(4));
}

}  // namespace
}  // namespace hs::sim
