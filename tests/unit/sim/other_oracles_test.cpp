#include "lib/sim/monitor.h"

#include "lib/blocktree/block_tree.h"
#include "lib/store/memory_store.h"
#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

TEST_CASE("passing an epoch-change view that nothing certifies breaks I29", "[sim][I29]") {
  Fixture f;
  CertificateOracle certificates(f.cast, f.book, ChainId{7}, f.judge);
  ViewOracle views(4, 10, certificates, f.judge);
  views.end_step(0, View{0});
  certificates.check(0, f.tc(0));
  views.end_step(0, View{1});
  views.end_step(0, View{10});
  CHECK(f.broken().empty());
  certificates.check(0, f.pc(9, hash_number(1)));
  views.end_step(0, View{11});
  CHECK(f.broken() == "I29");
}

TEST_CASE("a later certificate lets a node pass several epoch-change views", "[sim][I29]") {
  Fixture f;
  CertificateOracle certificates(f.cast, f.book, ChainId{7}, f.judge);
  ViewOracle views(4, 10, certificates, f.judge);
  certificates.check(0, f.pc(34, hash_number(1)));
  views.end_step(0, View{35});
  CHECK(f.broken().empty());
  views.end_step(1, View{41});
  CHECK(f.broken() == "I29");
}

WriteBatch state_entry(const std::string& key, const std::string& value) {
  WriteBatch batch;
  batch.put(to_bytes("\x03" + key), to_bytes(value));
  return batch;
}

TEST_CASE("app states that differ at one height break G5", "[sim][G5]") {
  for (const bool differ : {false, true}) {
    Fixture f;
    CertificateOracle certificates(f.cast, f.book, ChainId{7}, f.judge);
    ChainOracle chain(4, f.book, certificates, f.judge);
    StateOracle states(4, chain, f.judge);
    const Block block = block_at(0, genesis_pc());
    chain.on_proposal(0, std::make_shared<const Block>(block));
    MemoryStore first;
    MemoryStore second;
    states.on_write(0, state_entry("a", "1"), first);
    first.write(state_entry("a", "1"), true);
    states.on_write(0, state_entry("a", "2"), first);  // replaced: only the last value counts
    states.on_write(1, state_entry("a", differ ? "3" : "2"), second);
    for (const NodeIndex node : {0, 1}) {
      chain.on_commit(node, block.hash, Height{0});
      states.end_step(node);
    }
    CHECK(f.broken() == (differ ? "G5" : ""));
  }
}

TEST_CASE("a transaction nobody sent breaks G3, one that comes twice breaks G4", "[sim][G3][G4]") {
  Fixture f;
  CertificateOracle certificates(f.cast, f.book, ChainId{7}, f.judge);
  ChainOracle chain(4, f.book, certificates, f.judge);
  StateOracle sent(4, chain, f.judge);
  sent.on_submit(hash_number(1));
  sent.on_block(Height{0}, {hash_number(1)});
  CHECK(f.broken().empty());
  CHECK(sent.is_done(hash_number(1)));
  sent.on_block(Height{1}, {hash_number(1)});
  CHECK(f.broken() == "G4");

  Fixture g;
  StateOracle never(4, chain, g.judge);
  never.on_block(Height{0}, {hash_number(1)});
  CHECK(g.broken() == "G3");
}

TEST_CASE("more bytes buffered than the cap break L7, memory that differs from disk L3",
          "[sim][L7][L3]") {
  Fixture f;
  const auto app = make_app_kit(f.plan.work, ChainId{7}, f.cast.validators());
  Monitor monitor(f.plan, f.cast, *app, f.judge);
  ReplicaStatus status;
  const std::vector<bool> live(4, true);
  SECTION("L7") {
    WriteBatch batch;
    batch.put(to_bytes("\x08"), to_borsh(View{0}));
    batch.put(to_bytes("\x07"), to_borsh(genesis_pc()));
    batch.put(to_bytes("\x09"), to_borsh(genesis_pc()));
    MemoryStore disk;
    REQUIRE(initialise(disk, {.app_state = {}, .validators = f.cast.validators()}).has_value());
    monitor.on_start(0, disk, std::nullopt);
    monitor.on_write(0, batch, true, disk);
    monitor.end_step(0, status, 0, live);
    CHECK(f.broken().empty());
    SECTION("over the cap, however it counts") {
      status.buffered_bytes = f.plan.config.message_buffer_bytes + 1;
      monitor.end_step(0, status, status.buffered_bytes, live);
      CHECK(to_string(*f.judge.violation()).find("buffers ") != std::string::npos);
    }
    SECTION("counted wrongly") {
      status.buffered_bytes = 1;
      monitor.end_step(0, status, 0, live);
      CHECK(to_string(*f.judge.violation()).find("counts 1 ") != std::string::npos);
    }
    CHECK(f.broken() == "L7");
  }
  SECTION("L3") {
    status.view = View{3};
    monitor.end_step(0, status, 0, live);
    CHECK(f.broken() == "L3");
  }
}

TEST_CASE("the first violation stands, with its time and place", "[sim]") {
  Judge judge;
  judge.set_time(Instant(milliseconds(1500)));
  judge.violate("G1", 2, "one");
  judge.violate("L1", 0, "another");
  CHECK(to_string(*judge.violation()) == "G1 at 1.500000s on n2: one");
}

}  // namespace
}  // namespace hs::sim
