#include "lib/sim/certificate_oracle.h"

#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

struct OracleFixture : Fixture {
  OracleFixture() : oracle(cast, book, ChainId{7}, judge) {}
  CertificateOracle oracle;
};

TEST_CASE("correct certificates pass, and are known from then on", "[sim][L4]") {
  OracleFixture f;
  const Hash block = hash_number(1);
  f.oracle.on_send(0, NewView{ChainId{7}, View{4}, f.pc(3, block)});
  f.oracle.on_send(0, AdvanceView{f.tc(10, 4)});
  f.oracle.on_send(0, NewView{ChainId{7}, View{0}, genesis_pc()});
  CHECK(f.broken().empty());
  CHECK(f.oracle.is_certified(block, View{3}));
  CHECK_FALSE(f.oracle.is_certified(block, View{4}));
  CHECK(f.oracle.highest_view() == View{10});
}

TEST_CASE("a certificate one signature short breaks L4", "[sim][L4]") {
  OracleFixture f;
  f.oracle.on_send(0, NewView{ChainId{7}, View{4}, f.pc(3, hash_number(1), 2)});
  CHECK(f.broken() == "L4");
  OracleFixture g;
  g.oracle.on_send(0, AdvanceView{g.tc(10, 2)});
  g.oracle.end_step(0);
  CHECK(g.broken() == "L4");
}

TEST_CASE("one signer in two slots breaks L4", "[sim][L4]") {
  OracleFixture f;
  PhaseCertificate pc = f.pc(3, hash_number(1), 2);
  pc.signatures[3] = pc.signatures[0];
  f.oracle.check(0, pc);
  CHECK(f.broken() == "L4");
}

TEST_CASE("a certificate of another chain or of another size breaks L4", "[sim][L4]") {
  OracleFixture f;
  PhaseCertificate pc = f.pc(3, hash_number(1));
  pc.chain_id = ChainId{8};
  f.oracle.check(0, pc);
  CHECK(f.broken() == "L4");
  OracleFixture g;
  TimeoutCertificate tc = g.tc(10);
  tc.signatures.emplace_back();
  g.oracle.check(0, tc);
  g.oracle.end_step(0);
  CHECK(g.broken() == "L4");
}

TEST_CASE("certificates are found wherever they travel", "[sim][L4]") {
  const Fixture keys;
  const PhaseCertificate bad = keys.pc(3, hash_number(1), 1);
  const Block block = block_at(1, bad);
  const std::vector<Message> messages{
      Fixture::proposal(4, block),
      Nudge{ChainId{7}, View{4}, bad},
      NewView{ChainId{7}, View{4}, bad},
      TimeoutVote{ChainId{7}, View{10}, {}, keys.tc(0, 1)},
      AdvanceView{bad},
      AdvertisePC{bad},
      BlockSyncResponse{{block}, genesis_pc()},
      BlockSyncResponse{{}, bad},
  };
  for (const Message& message : messages) {
    OracleFixture f;
    f.oracle.on_send(0, message);
    f.oracle.end_step(0);
    INFO(name_of(message));
    CHECK(f.broken() == "L4");
  }
  const std::vector<Event> events{
      event::UpdateHighestPC{bad}, event::UpdateLockedPC{bad},
      event::UpdateHighestTC{keys.tc(10, 1)}, event::CollectTC{keys.tc(10, 1)},
      event::InsertBlock{std::make_shared<const Block>(block)}};
  for (const Event& said : events) {
    OracleFixture f;
    f.oracle.on_event(0, said);
    f.oracle.end_step(0);
    INFO(hs::name_of(said));
    CHECK(f.broken() == "L4");
  }
}

TEST_CASE("two blocks certified in one view break I11", "[sim][I11]") {
  OracleFixture f;
  f.oracle.check(0, f.pc(3, hash_number(1)));
  f.oracle.check(0, f.pc(3, hash_number(1), 4));  // other signers, same block
  CHECK(f.broken().empty());
  f.oracle.check(0, f.pc(3, hash_number(2)));
  CHECK(f.broken() == "I11");
}

}  // namespace
}  // namespace hs::sim
