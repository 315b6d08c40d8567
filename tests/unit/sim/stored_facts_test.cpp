#include "lib/sim/stored_facts.h"

#include "lib/blocktree/key_table.h"
#include "lib/store/memory_store.h"
#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

struct DiskFixture : Fixture {
  DiskFixture() : check(4, judge) {}

  void write(const WriteBatch& batch, bool sync = true) {
    check.on_write(0, batch, sync);
    disk.write(batch, sync);
  }
  static WriteBatch voted(std::uint64_t view) {
    WriteBatch batch;
    batch.put(key::highest_view_phase_voted(), to_borsh(View{view}));
    return batch;
  }
  static WriteBatch locked(const PhaseCertificate& pc) {
    WriteBatch batch;
    batch.put(key::locked_pc(), to_borsh(pc));
    return batch;
  }
  static SafetyRecord record(std::uint64_t voted_view) {
    SafetyRecord record;
    record.voted_view = View{voted_view};
    return record;
  }
  // The block that votes are for is in the store.
  void store(const Hash& block) {
    WriteBatch batch;
    batch.put(key::block_height(block), to_borsh(Height{0}));
    write(batch);
  }
  MemoryStore disk;
  StoredFactsCheck check;
};

TEST_CASE("what a store holds is read from its bytes", "[sim][L3]") {
  DiskFixture f;
  WriteBatch batch;
  batch.put(key::locked_pc(), to_borsh(f.pc(3, hash_number(1))));
  batch.put(key::highest_pc(), to_borsh(f.pc(4, hash_number(2))));
  batch.put(key::highest_tc(), to_borsh(f.tc(10)));
  batch.put(key::highest_view_entered(), to_borsh(View{11}));
  batch.put(key::highest_view_phase_voted(), to_borsh(View{9}));
  batch.put(key::block_at_height(Height{0}), hash_number(1).view());
  batch.put(key::block_at_height(Height{1}), hash_number(2).view());
  f.write(batch);
  const StoredFacts expected{.entered = View{11},
                             .voted = View{9},
                             .locked = View{3},
                             .locked_of = {hash_number(1), 0},
                             .highest_pc = View{4},
                             .highest_pc_of = {hash_number(2), 0},
                             .highest_tc = View{10},
                             .committed = Height{1}};
  CHECK(f.check.live(0) == expected);
  CHECK(StoredFacts::of(f.disk) == expected);
  f.check.on_start(0, f.disk, std::nullopt);
  CHECK(f.broken().empty());
}

TEST_CASE("a lock that goes back breaks L3", "[sim][L3]") {
  DiskFixture f;
  f.write(DiskFixture::locked(f.pc(7, hash_number(1))));
  CHECK(f.broken().empty());
  f.write(DiskFixture::locked(f.pc(6, hash_number(2))));
  CHECK(f.broken() == "L3");
}

TEST_CASE("lock and highest PC go back to the Decide PC of their update alone, and what follows",
          "[sim][L3][S58]") {
  const Bytes stored_under = GENERATE(key::highest_pc(), key::locked_pc());
  const auto broken_by = [&](Phase from, std::uint8_t to_block, Phase to) {
    DiskFixture f;
    const auto write = [&](View view, std::uint8_t block, Phase phase) {
      PhaseCertificate certificate = f.pc(view.value, hash_number(block));
      certificate.phase = phase;
      WriteBatch batch;
      batch.put(stored_under, to_borsh(certificate));
      f.write(batch);
    };
    write(View{7}, 1, from);
    write(View{6}, to_block, to);
    return f.broken();
  };
  CHECK(broken_by(Phase::prepare, 1, Phase::decide).empty());
  CHECK(broken_by(Phase::precommit, 1, Phase::decide).empty());
  CHECK(broken_by(Phase::prepare, 2, Phase::generic).empty());  // of its child
  CHECK(broken_by(Phase::commit, 1, Phase::decide).empty());
  CHECK(broken_by(Phase::generic, 1, Phase::decide) == "L3");
  CHECK(broken_by(Phase::decide, 2, Phase::generic) == "L3");
  CHECK(broken_by(Phase::commit, 1, Phase::precommit) == "L3");
  CHECK(broken_by(Phase::prepare, 1, Phase::precommit) == "L3");
}

TEST_CASE("a store that forgets breaks L3 when it is opened", "[sim][L3]") {
  DiskFixture f;
  WriteBatch batch = DiskFixture::voted(3);
  batch.put(key::highest_view_entered(), to_borsh(View{4}));
  f.write(batch);
  f.disk = MemoryStore();
  f.check.on_start(0, f.disk, std::nullopt);
  CHECK(f.broken() == "L3");
}

TEST_CASE("a crash that takes what was synced breaks L3, what was not may go", "[sim][L3]") {
  DiskFixture f;
  f.write(DiskFixture::voted(3), true);
  const MemoryStore synced = f.disk;
  f.write(DiskFixture::voted(5), false);
  f.check.on_crash(0, synced);
  CHECK(f.broken().empty());
  f.check.on_crash(0, MemoryStore());
  CHECK(f.broken() == "L3");
}

TEST_CASE("a voting record that goes back breaks L3", "[sim][L3]") {
  DiskFixture f;
  f.write(DiskFixture::voted(5));
  f.check.on_record(0, DiskFixture::record(5), f.disk);
  CHECK(f.broken().empty());
  f.check.on_record(0, DiskFixture::record(4), f.disk);
  CHECK(f.broken() == "L3");
}

TEST_CASE("a recorded lock that goes back breaks L3, unless its block is committed",
          "[sim][L3][S58]") {
  const bool is_committed = GENERATE(false, true);
  DiskFixture f;
  f.write(DiskFixture::locked(f.pc(7, hash_number(1))));
  if (is_committed) {
    WriteBatch batch;
    batch.put(key::block_height(hash_number(1)), to_borsh(Height{3}));
    batch.put(key::block_at_height(Height{3}), hash_number(1).view());
    f.write(batch);
  }
  SafetyRecord record = DiskFixture::record(0);
  record.voted_view.reset();
  record.locked_view = View{7};
  record.locked_block = hash_number(1);
  f.check.on_record(0, record, f.disk);
  CHECK(f.broken().empty());
  record.locked_view = View{6};
  f.check.on_record(0, record, f.disk);
  CHECK(f.broken() == (is_committed ? "" : "L3"));
}

TEST_CASE("a vote that leaves before it is on disk breaks L8", "[sim][L8][S02]") {
  const Hash block = hash_number(1);
  SECTION("nothing written") {
    DiskFixture f;
    f.store(block);
    f.check.on_send(0, f.vote(0, 5, block), f.disk);
    CHECK(f.broken() == "L8");
  }
  SECTION("written and not synced") {
    DiskFixture f;
    f.store(block);
    f.write(DiskFixture::voted(5), false);
    f.check.on_send(0, f.vote(0, 5, block), f.disk);
    CHECK(f.broken() == "L8");
  }
  SECTION("synced, without its record") {
    DiskFixture f;
    f.store(block);
    f.write(DiskFixture::voted(5));
    f.check.on_send(0, f.vote(0, 5, block), f.disk);
    CHECK(f.broken() == "L8");
  }
  SECTION("synced and recorded") {
    DiskFixture f;
    f.store(block);
    f.write(DiskFixture::voted(5));
    f.check.on_record(0, DiskFixture::record(5), f.disk);
    f.check.on_send(0, f.vote(0, 5, block), f.disk);
    CHECK(f.broken().empty());
  }
}

TEST_CASE("a record ahead of its disk breaks L8", "[sim][L8]") {
  DiskFixture f;
  f.write(DiskFixture::voted(5));
  f.check.on_record(0, DiskFixture::record(6), f.disk);
  CHECK(f.broken() == "L8");
}

TEST_CASE("a TimeoutVote, a proposal and a commit wait for the disk too", "[sim][L8]") {
  SECTION("TimeoutVote") {
    DiskFixture f;
    f.check.on_send(0, TimeoutVote{ChainId{7}, View{10}, {}, std::nullopt}, f.disk);
    CHECK(f.broken() == "L8");
  }
  SECTION("proposal") {
    DiskFixture f;
    f.check.on_send(0, Fixture::proposal(3, block_at(0, genesis_pc())), f.disk);
    CHECK(f.broken() == "L8");
  }
  SECTION("commit") {
    DiskFixture f;
    f.check.on_commit_told(0, Height{0});
    CHECK(f.broken() == "L8");
  }
}

TEST_CASE("a vote for a block that the voter lacks breaks I09", "[sim][I09]") {
  DiskFixture f;
  f.write(DiskFixture::voted(5));
  f.check.on_record(0, DiskFixture::record(5), f.disk);
  f.check.on_send(0, f.vote(0, 5, hash_number(1)), f.disk);
  CHECK(f.broken() == "I09");
}

}  // namespace
}  // namespace hs::sim
