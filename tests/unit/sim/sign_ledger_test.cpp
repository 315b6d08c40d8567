#include "lib/sim/sign_ledger.h"

#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

struct LedgerFixture : Fixture {
  LedgerFixture() : ledger(4, judge) {}
  void send(NodeIndex node, const Message& message, bool to_all = false) {
    ledger.on_send(node, to_all, message);
  }
  SignLedger ledger;
};

TEST_CASE("a second vote in a view breaks L1, also after a restart", "[sim][L1]") {
  LedgerFixture f;
  f.send(0, f.vote(0, 5, hash_number(1)));
  f.ledger.on_start(0);
  CHECK(f.broken().empty());
  f.send(0, f.vote(0, 5, hash_number(2)));
  CHECK(f.broken() == "L1");
}

TEST_CASE("the same vote may be sent twice", "[sim][L1]") {
  LedgerFixture f;
  f.send(0, f.vote(0, 5, hash_number(1)));
  f.send(0, f.vote(0, 5, hash_number(1)));
  f.send(1, f.vote(1, 5, hash_number(2)));
  CHECK(f.broken().empty());
}

TEST_CASE("a vote in a lower view breaks L1", "[sim][L1]") {
  LedgerFixture f;
  f.send(0, f.vote(0, 5, hash_number(1)));
  f.send(0, f.vote(0, 4, hash_number(2)));
  CHECK(f.broken() == "L1");
}

TEST_CASE("two proposals in one view break L2", "[sim][L2]") {
  LedgerFixture f;
  f.send(1, Fixture::proposal(1, block_at(0, genesis_pc(), 1)), true);
  f.send(1, Fixture::proposal(1, block_at(0, genesis_pc(), 1)), true);
  f.send(2, Fixture::proposal(1, block_at(0, genesis_pc(), 2)), true);
  CHECK(f.broken().empty());
  f.send(1, Fixture::proposal(1, block_at(0, genesis_pc(), 2)), true);
  CHECK(f.broken() == "L2");
}

TEST_CASE("broadcasts of AdvanceView that do not rise break I30", "[sim][I30]") {
  LedgerFixture f;
  f.send(0, AdvanceView{f.pc(3, hash_number(1))}, true);
  f.send(0, AdvanceView{f.pc(3, hash_number(1))}, false);  // an answer to one peer
  CHECK(f.broken().empty());
  f.ledger.on_start(0);
  f.send(0, AdvanceView{f.pc(3, hash_number(1))}, true);
  CHECK(f.broken().empty());
  f.send(0, AdvanceView{f.pc(3, hash_number(1))}, true);
  CHECK(f.broken() == "I30");
}

}  // namespace
}  // namespace hs::sim
