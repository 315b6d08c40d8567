#include "lib/sim/chain_oracle.h"

#include "lib/blocktree/key_table.h"
#include "lib/store/memory_store.h"
#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

struct ChainFixture : Fixture {
  ChainFixture()
      : certificates(cast, book, ChainId{7}, judge), oracle(4, book, certificates, judge) {
    Block block = block_at(0, genesis_pc());
    for (std::uint64_t height = 0; height < 6; ++height) {
      blocks.push_back(block);
      // Block `height` is certified in view height + 1.
      block = block_at(height + 1, pc(height + 1, block.hash));
    }
  }
  void propose(const Block& block) { oracle.on_proposal(0, std::make_shared<const Block>(block)); }
  void propose_up_to(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) propose(blocks[i]);
  }
  // A certificate for blocks[i] is seen.
  void certify(std::size_t i) { certificates.check(0, pc(i + 1, blocks[i].hash)); }
  void insert(const Block& block) {
    WriteBatch batch;
    batch.put(key::block_height(block.hash), to_borsh(block.height));
    disk.write(batch, true);
    oracle.on_insert(0, block, disk);
  }
  void commit(NodeIndex node, const Block& block) {
    oracle.on_commit(node, block.hash, block.height);
    oracle.end_step(node);
  }

  CertificateOracle certificates;
  ChainOracle oracle;
  MemoryStore disk;
  std::vector<Block> blocks;
};

TEST_CASE("a chain of consecutive certificates commits", "[sim][G7]") {
  ChainFixture f;
  f.propose_up_to(5);
  for (std::size_t i = 0; i < 4; ++i) f.certify(i);
  for (std::size_t i = 0; i < 4; ++i) f.insert(f.blocks[i]);
  f.commit(0, f.blocks[0]);
  f.commit(1, f.blocks[0]);
  f.commit(0, f.blocks[1]);
  CHECK(f.broken().empty());
  CHECK(f.oracle.tip() == Height{1});
  CHECK(f.oracle.committed(1) == Height{0});
  CHECK(f.oracle.block_at(Height{1}).hash == f.blocks[1].hash);
}

TEST_CASE("a block whose hash, height or parent does not fit breaks L5", "[sim][L5]") {
  SECTION("hash") {
    ChainFixture f;
    Block block = f.blocks[0];
    block.hash = hash_number(9);
    f.propose(block);
    CHECK(f.broken() == "L5");
  }
  SECTION("height") {
    ChainFixture f;
    f.propose(f.blocks[0]);
    f.propose(block_at(2, f.pc(1, f.blocks[0].hash)));
    CHECK(f.broken() == "L5");
  }
  SECTION("first block above height 0") {
    ChainFixture f;
    f.propose(block_at(1, genesis_pc()));
    CHECK(f.broken() == "L5");
  }
  SECTION("unknown parent") {
    ChainFixture f;
    f.propose(f.blocks[1]);
    CHECK(f.broken() == "L5");
  }
  SECTION("stored without its parent") {
    ChainFixture f;
    f.propose_up_to(2);
    f.insert(f.blocks[1]);
    CHECK(f.broken() == "L5");
  }
  SECTION("stored and never proposed") {
    ChainFixture f;
    f.insert(f.blocks[0]);
    CHECK(f.broken() == "L5");
  }
}

TEST_CASE("a commit that leaves out a height breaks L6, one that leaves out a parent G2",
          "[sim][L6]") {
  SECTION("height left out") {
    ChainFixture f;
    f.propose_up_to(5);
    f.oracle.on_commit(0, f.blocks[1].hash, Height{1});
    CHECK(f.broken() == "L6");
  }
  SECTION("another parent") {
    ChainFixture f;
    f.propose_up_to(1);
    const Block other = block_at(0, genesis_pc(), 9);
    f.propose(other);
    const Block child = block_at(1, f.pc(3, other.hash));
    f.propose(child);
    f.oracle.on_commit(0, f.blocks[0].hash, Height{0});
    f.oracle.on_commit(0, child.hash, Height{1});
    CHECK(f.broken() == "G2");
  }
  SECTION("a block that nobody proposed") {
    ChainFixture f;
    f.oracle.on_commit(0, hash_number(1), Height{0});
    CHECK(f.broken() == "L6");
  }
}

TEST_CASE("two nodes that commit different blocks at one height break G1", "[sim][G1]") {
  ChainFixture f;
  f.propose_up_to(1);
  const Block other = block_at(0, genesis_pc(), 9);
  f.propose(other);
  f.oracle.on_commit(0, f.blocks[0].hash, Height{0});
  f.oracle.on_commit(1, other.hash, Height{0});
  CHECK(f.broken() == "G1");
}

TEST_CASE("a fork on a disk is found when the node starts", "[sim][G1]") {
  ChainFixture f;
  f.propose_up_to(1);
  const Block other = block_at(0, genesis_pc(), 9);
  f.propose(other);
  f.oracle.on_commit(0, f.blocks[0].hash, Height{0});
  WriteBatch batch;
  batch.put(key::block_at_height(Height{0}), other.hash.view());
  MemoryStore forked;
  forked.write(batch, true);
  f.oracle.on_start(1, Height{0}, forked);
  CHECK(f.broken() == "G1");
}

TEST_CASE("a commit that was written and never told counts after the restart", "[sim][L6]") {
  ChainFixture f;
  f.propose_up_to(5);
  for (std::size_t i = 0; i < 5; ++i) f.certify(i);
  WriteBatch batch;
  batch.put(key::block_at_height(Height{0}), f.blocks[0].hash.view());
  f.disk.write(batch, true);
  f.oracle.on_start(0, Height{0}, f.disk);
  CHECK(f.oracle.tip() == Height{0});
  f.commit(0, f.blocks[1]);
  CHECK(f.broken().empty());
}

TEST_CASE("a commit without three certificates of consecutive views breaks G7", "[sim][G7]") {
  SECTION("the third is missing") {
    ChainFixture f;
    f.propose_up_to(5);
    f.certify(0);
    f.certify(1);
    f.commit(0, f.blocks[0]);
    CHECK(f.broken() == "G7");
  }
  SECTION("a view lies between") {
    ChainFixture f;
    f.propose(f.blocks[0]);
    const Block second = block_at(1, f.pc(1, f.blocks[0].hash));
    const Block third = block_at(2, f.pc(3, second.hash));
    f.propose(second);
    f.propose(third);
    for (const auto& pc : {f.pc(1, f.blocks[0].hash), f.pc(3, second.hash), f.pc(4, third.hash)}) {
      f.certificates.check(0, pc);
    }
    f.commit(0, f.blocks[0]);
    CHECK(f.broken() == "G7");
  }
}

}  // namespace
}  // namespace hs::sim
