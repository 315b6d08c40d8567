#include "lib/sim/store_audit.h"

#include "lib/blocktree/block_tree.h"
#include "lib/blocktree/key_table.h"
#include "lib/store/memory_store.h"
#include "tests/unit/sim/fixture.h"

namespace hs::sim {
namespace {

// Two committed blocks and two rivals above them.
struct AuditFixture : Fixture {
  AuditFixture() {
    REQUIRE(initialise(disk, {.app_state = {}, .validators = cast.validators()}).has_value());
    blocks.push_back(block_at(0, genesis_pc()));
    blocks.push_back(block_at(1, pc(1, blocks[0].hash)));
    blocks.push_back(block_at(2, pc(2, blocks[1].hash), 1));
    blocks.push_back(block_at(2, pc(2, blocks[1].hash), 2));
    BlockTree tree(disk);
    for (const Block& block : blocks) tree.insert(block, std::nullopt, std::nullopt);
    static_cast<void>(tree.apply({.highest_pc = pc(2, blocks[1].hash), .commit = blocks[1].hash}));
    disk.write(tree.take_batch(), true);
  }
  [[nodiscard]] std::string audited(const WriteBatch& change) {
    disk.write(change, true);
    audit_store(
        0, [&](const auto& visit) { disk.scan({}, visit); }, judge);
    return broken();
  }
  MemoryStore disk;
  std::vector<Block> blocks;
};

TEST_CASE("a store as the tree writes it passes the audit", "[sim][audit]") {
  AuditFixture f;
  CHECK(f.audited({}).empty());
}

TEST_CASE("what does not belong into a store is found", "[sim][audit][I12][I14][I16][I20][I21]") {
  AuditFixture f;
  WriteBatch change;
  SECTION("a height that does not follow") {
    change.put(key::block_height(f.blocks[2].hash), to_borsh(Height{7}));
    CHECK(f.audited(change) == "I12");
  }
  SECTION("a Generic justify above an update") {
    change.put(key::updates_status(f.blocks[1].hash), Bytes{2});
    CHECK(f.audited(change) == "I13");
  }
  SECTION("a hole in the chain") {
    change.erase(key::block_at_height(Height{0}));
    CHECK(f.audited(change) == "I14");
  }
  SECTION("a block in no list") {
    change.erase(key::children(f.blocks[1].hash));
    CHECK(f.audited(change) == "I16");
  }
  SECTION("updates of a committed block") {
    change.put(key::pending_app_updates(f.blocks[1].hash), Bytes(8));
    CHECK(f.audited(change) == "I17");
  }
  SECTION("a rest of a pruned block") {
    change.put(key::pending_app_updates(hash_number(9)), Bytes(8));
    CHECK(f.audited(change) == "I19");
  }
  SECTION("a lock on a block that is not there") {
    change.put(key::locked_pc(), to_borsh(f.pc(3, hash_number(9))));
    CHECK(f.audited(change) == "I20");
  }
  SECTION("a highest PC of a block that is not there") {
    change.put(key::highest_pc(), to_borsh(f.pc(3, hash_number(9))));
    CHECK(f.audited(change) == "I21");
  }
}

}  // namespace
}  // namespace hs::sim
