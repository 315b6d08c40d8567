#include "lib/sim/lock_oracle.h"

#include "lib/blocktree/key_table.h"
#include "lib/codec/borsh.h"
#include "lib/store/memory_store.h"
#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

// Two branches on one root: `left` certified in view 5, `right` in view 5 or another.
struct LockFixture : Fixture {
  LockFixture()
      : certificates(cast, book, ChainId{7}, judge),
        chain(4, book, certificates, judge),
        oracle(4, chain, judge) {
    root = propose(block_at(0, genesis_pc()));
    left = propose(block_at(1, pc(1, root.hash), 1));
    right = propose(block_at(1, pc(1, root.hash), 2));
  }
  Block propose(const Block& block) {
    chain.on_proposal(0, std::make_shared<const Block>(block));
    return block;
  }
  void lock(const PhaseCertificate& certificate) {
    WriteBatch batch;
    batch.put(key::locked_pc(), to_borsh(certificate));
    disk.write(batch, true);
    oracle.on_write(0, batch);
  }
  void vote_for(const Block& block, std::uint64_t view) {
    oracle.on_send(0, vote(0, view, block.hash));
  }

  CertificateOracle certificates;
  ChainOracle chain;
  LockOracle oracle;
  MemoryStore disk;
  Block root, left, right;
};

TEST_CASE("a vote off the lock on an older certificate breaks L9", "[sim][L9]") {
  LockFixture f;
  f.oracle.on_start(0, f.disk);
  f.lock(f.pc(5, f.left.hash));
  f.oracle.end_step(0);
  f.vote_for(f.propose(block_at(2, f.pc(6, f.right.hash))), 7);  // newer
  f.vote_for(f.propose(block_at(2, f.pc(5, f.left.hash))), 8);   // on the branch
  f.vote_for(f.left, 9);                                         // the locked block itself
  CHECK(f.broken().empty());
  f.vote_for(f.propose(block_at(2, f.pc(5, f.right.hash))), 10);  // equal is not newer
  CHECK(f.broken() == "L9");
}

TEST_CASE("the second copy of a vote may leave after the lock has moved on", "[sim][L9]") {
  LockFixture f;
  f.oracle.on_start(0, f.disk);
  f.lock(f.pc(3, f.right.hash));
  f.oracle.end_step(0);
  const Block block = f.propose(block_at(2, f.pc(4, f.right.hash)));
  f.vote_for(block, 5);
  f.oracle.end_step(0);
  f.lock(f.pc(6, f.left.hash));
  f.oracle.end_step(0);
  f.vote_for(block, 5);
  CHECK(f.broken().empty());
}

TEST_CASE("the lock of a restarted node is the one on its disk", "[sim][L9]") {
  LockFixture f;
  f.lock(f.pc(5, f.left.hash));
  f.oracle.on_start(0, f.disk);
  f.vote_for(f.propose(block_at(2, f.pc(4, f.right.hash))), 7);
  CHECK(f.broken() == "L9");
}

TEST_CASE("a vote may pass the lock as it stood before its step", "[sim][L9]") {
  LockFixture f;
  f.oracle.on_start(0, f.disk);
  f.lock(f.pc(3, f.right.hash));
  f.oracle.end_step(0);
  f.lock(f.pc(5, f.left.hash));
  f.vote_for(f.propose(block_at(2, f.pc(4, f.right.hash))), 7);
  CHECK(f.broken().empty());
  f.oracle.end_step(0);
  f.vote_for(f.propose(block_at(2, f.pc(4, f.right.hash), 9)), 8);
  CHECK(f.broken() == "L9");
}

}  // namespace
}  // namespace hs::sim
