// A replica from an empty store catches up over any number of set updates, from several servers at
// a time, within bounds of memory. [I35, S07, S36, S52]
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "tests/support/sync_bed.h"

using namespace hs;
using namespace hs::test;

namespace {

void check_same_chain(const SyncBed& bed, const Archive& archive) {
  const BlockTree tree = bed.client.tree();
  CHECK(tree.committed_block() == archive.tree().committed_block());
  CHECK(*tree.validators().committed == *archive.tree().validators().committed);
  CHECK(tree.validators().update_decided);
}

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("a replica from an empty store catches up over 20 set updates and 2,000 blocks",
          "[replica][sync][S36]") {
  static const Archive archive(2'000, 20);
  REQUIRE(archive.update_heights().size() == 20);
  SyncBed bed(archive);
  const std::uint8_t one = bed.add_honest(milliseconds(20));
  const std::uint8_t two = bed.add_honest(milliseconds(50));
  const std::uint8_t three = bed.add_honest(milliseconds(5));
  REQUIRE(bed.syncs_within(std::chrono::seconds(30)));
  check_same_chain(bed, archive);
  for (const std::uint8_t server : {one, two, three}) {
    CHECK(bed.asked(server) > 0);
    CHECK_FALSE(bed.was_banned(server));
  }
  CHECK(bed.bytes_held_max() <= 24u << 20);
}

TEST_CASE("no vote is cast in a view that a certificate in a reply has ended", "[replica][sync]") {
  Lone lone;
  lone.connect({2, 3, 4});
  lone.grow_to(4);
  const Block update = lone.grow_update(sets_power({{5, 1}}));
  lone.app.updates_at = nullptr;  // no other block at its height is an update
  const View view = next(lone.view());
  REQUIRE(lone.leader(view) != 1);
  lone.advance(lone.pc(lone.view(), update.hash, Phase::prepare));
  REQUIRE(lone.view() == view);
  const auto act = [&](std::uint8_t origin, const Message& message) {
    lone.act(FromPeer{test_key(origin).public_key(), std::make_shared<const Message>(message), 0});
  };
  const bool is_over = GENERATE(false, true);
  if (is_over) {
    lone.receive(2, AdvertisePC{lone.pc(View{500}, test_hash("far ahead"))});
    REQUIRE(lone.all_to<BlockSyncRequest>(2).size() == 1);
    const Block sibling = Lone::block(update.height, update.justify, "sibling");
    const Block child = Lone::block(next(update.height), lone.pc(view, sibling.hash), "child");
    act(2, BlockSyncResponse{{sibling, child}, genesis_pc()});
    REQUIRE(lone.replica->status().highest_pc_view == view);
    REQUIRE(lone.view() == view);  // it is left with the next step
  }
  act(lone.leader(view),
      Nudge{test_chain, view, lone.pc(View{view.value - 1}, update.hash, Phase::prepare)});
  CHECK(lone.has_voted_for(update.hash, Phase::precommit) == !is_over);
}

TEST_CASE("ranges are asked of several servers at a time", "[replica][sync][S52][S52b]") {
  static const Archive archive(3'000, 0);
  SyncBed bed(archive);
  for (int i = 0; i < 4; ++i) bed.add_honest(milliseconds(50));
  REQUIRE(bed.syncs_within(std::chrono::seconds(30)));
  check_same_chain(bed, archive);
  CHECK(bed.parallel_max() >= 3);
  // No range is fetched twice but at the edges.
  CHECK(bed.bytes_received() < 3'000 * 420);
}

TEST_CASE("servers that went away do not hold up those that stay", "[replica][sync][S20]") {
  static const Archive archive(1'500, 2);
  SyncBed bed(archive);
  std::uint8_t leaving = bed.add_honest(milliseconds(30));
  bed.add_honest(milliseconds(40));
  CHECK_FALSE(bed.syncs_within(milliseconds(100)));
  bed.client.step(PeerDown{test_key(leaving).public_key()});
  CHECK(bed.syncs_within(std::chrono::seconds(30)));
  CHECK_FALSE(bed.was_banned(leaving));
}

TEST_CASE("the long way: HS_SYNC_BLOCKS blocks (100,000) over HS_SYNC_UPDATES updates (20)",
          "[.][campaign]") {
  const std::uint64_t blocks = number_from("HS_SYNC_BLOCKS", 100'000);
  const auto updates = static_cast<std::uint8_t>(number_from("HS_SYNC_UPDATES", 20));
  const Archive archive(blocks, updates);
  SyncBed bed(archive);
  for (int i = 0; i < 3; ++i) bed.add_honest(milliseconds(5));
  const auto started = std::chrono::steady_clock::now();
  REQUIRE(bed.syncs_within(std::chrono::hours(1)));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  check_same_chain(bed, archive);
  CHECK(bed.bytes_held_max() <= 24u << 20);
  std::cout << "{\"blocks\":" << blocks << ",\"set_updates\":" << int(updates)
            << ",\"seconds\":" << took.count()
            << ",\"blocks_per_second\":" << static_cast<double>(blocks) / took.count()
            << ",\"bytes_held_max\":" << bed.bytes_held_max() << "}\n";
}
