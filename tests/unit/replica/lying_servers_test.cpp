// A replica from an empty store, one honest server, and beside it a liar of every kind: it ends up
// with the honest chain within a bound, a lie that is proven brings a ban, and the honest server
// never has one. [PROTOCOL 3A.8, S13, S19, S52]
#include "tests/support/sync_bed.h"

using namespace hs;
using namespace hs::test;

namespace {

using Reply = SyncBed::Reply;

constexpr std::uint64_t length = 400;
constexpr Duration latency = milliseconds(10);

// One chain for all tests: making it costs more than syncing it.
const Archive& chain() {
  static const Archive archive(length, 3);
  return archive;
}

struct Outcome {
  bool synced = false;
  bool liar_banned = false;
  bool honest_banned = false;
};
// The honest server comes last, so that the liar is asked first.
Outcome sync_beside(const SyncBed::Conduct& liar, std::optional<Height> claims = std::nullopt,
                    Duration within = std::chrono::seconds(20)) {
  SyncBed bed(chain());
  const std::uint8_t lying = bed.add(liar, claims);
  CHECK_FALSE(bed.syncs_within(milliseconds(5)));
  const std::uint8_t honest = bed.add_honest(latency);
  Outcome outcome;
  outcome.synced = bed.syncs_within(within);
  outcome.liar_banned = bed.was_banned(lying);
  outcome.honest_banned = bed.was_banned(honest);
  CHECK(bed.asked(lying) > 0);
  CHECK(bed.blocks_taken() <= length + 3);
  CHECK(bed.bytes_held_max() <= 24u << 20);
  return outcome;
}

void check_proven(const Outcome& outcome) {
  CHECK(outcome.synced);
  CHECK(outcome.liar_banned);
  CHECK_FALSE(outcome.honest_banned);
}
void check_unproven(const Outcome& outcome) {
  CHECK(outcome.synced);
  CHECK_FALSE(outcome.liar_banned);
  CHECK_FALSE(outcome.honest_banned);
}

BlockSyncResponse truth(const BlockSyncRequest& request) { return chain().serve(request); }

// A valid sibling of a block, in its place.
Block sibling_of(const Block& block, const std::string& name) {
  return Lone::block(block.height, block.justify, name);
}

}  // namespace

TEST_CASE("a server that never answers is banned for its silence", "[replica][sync][S13]") {
  SyncBed bed(chain());
  const std::uint8_t silent = bed.add([](const BlockSyncRequest&) { return std::nullopt; });
  CHECK_FALSE(bed.syncs_within(std::chrono::seconds(3)));
  CHECK(bed.was_banned(silent));
  const std::uint8_t honest = bed.add_honest(latency);
  CHECK(bed.syncs_within(std::chrono::seconds(20)));
  CHECK_FALSE(bed.was_banned(honest));
}

TEST_CASE("a server that is asked again and again is silent all the same", "[replica][sync][S20]") {
  SyncBed bed(chain());
  const std::uint8_t one = bed.add([](const BlockSyncRequest&) { return std::nullopt; });
  const std::uint8_t two = bed.add([](const BlockSyncRequest&) { return std::nullopt; });
  CHECK_FALSE(bed.syncs_within(std::chrono::seconds(4)));
  CHECK(bed.was_banned(one));
  CHECK(bed.was_banned(two));
}

TEST_CASE("a server that shows nothing of what it advertises is banned", "[replica][sync]") {
  check_proven(sync_beside([](const BlockSyncRequest&) {
    return Reply{latency, {{}, chain().tree().highest_pc()}};
  }));
}

TEST_CASE("a server that invents siblings without end gets none of them stored",
          "[replica][sync][M37]") {
  std::set<Hash> invented;
  SyncBed bed(chain());
  std::uint64_t number = 0;
  const std::uint8_t lying = bed.add([&](const BlockSyncRequest& request) {
    const BlockSyncResponse answer = truth(request);
    if (answer.blocks.empty()) return Reply{latency, answer};
    const Block sibling = sibling_of(answer.blocks.front(), "sibling " + std::to_string(++number));
    invented.insert(sibling.hash);
    return Reply{latency, {{sibling}, answer.highest_pc}};
  });
  CHECK_FALSE(bed.syncs_within(std::chrono::seconds(3)));
  const std::size_t asked = bed.asked(lying);
  CHECK(asked > 0);
  CHECK(asked <= 40);
  const std::uint8_t honest = bed.add_honest(latency);
  CHECK(bed.syncs_within(std::chrono::seconds(20)));
  CHECK_FALSE(bed.was_banned(lying));  // any of them could have become certified
  CHECK_FALSE(bed.was_banned(honest));
  for (const Hash& hash : invented) CHECK_FALSE(bed.client.tree().contains(hash));
}

TEST_CASE("a server of another chain is banned", "[replica][sync]") {
  SECTION("by the chain id of its certificate") {
    check_proven(sync_beside([](const BlockSyncRequest& request) {
      BlockSyncResponse answer = truth(request);
      answer.highest_pc.chain_id = ChainId{8};
      return Reply{latency, answer};
    }));
  }
  SECTION("by certificates of validators that are not ours") {
    static const Archive other(length, 3, "other", 100);
    check_proven(sync_beside([](const BlockSyncRequest& request) {
      return Reply{latency, other.serve(request)};
    }));
  }
}

TEST_CASE("a server that claims more height than it has is banned when it is found out",
          "[replica][sync]") {
  SyncBed bed(chain());
  const std::uint8_t boasting = bed.add(
      [](const BlockSyncRequest& request) {
        return Reply{latency, truth(request)};
      },
      Height{1'000'000});
  const std::uint8_t honest = bed.add_honest(latency);
  CHECK(bed.syncs_within(std::chrono::seconds(20)));
  bed.run_for(std::chrono::seconds(10));
  CHECK(bed.was_banned(boasting));
  CHECK_FALSE(bed.was_banned(honest));
}

TEST_CASE("a server that sends blocks in the wrong order is banned", "[replica][sync]") {
  check_proven(sync_beside([](const BlockSyncRequest& request) {
    BlockSyncResponse answer = truth(request);
    std::reverse(answer.blocks.begin(), answer.blocks.end());
    return Reply{latency, answer};
  }));
}

TEST_CASE("of an answer longer than the limit no more than the limit is held", "[replica][sync]") {
  ReplicaConfig config = Cluster::default_config();
  config.sync_request_blocks = 8;
  SyncBed bed(chain(), config);
  const std::uint8_t lying = bed.add([](const BlockSyncRequest& request) {
    return Reply{latency, chain().serve({test_chain, request.start_height, 1'000}, 1'000)};
  });
  bed.run_for(std::chrono::seconds(5), [&] { return bed.blocks_taken() > 0; });
  CHECK(bed.blocks_taken() <= 8);
  CHECK(bed.syncs_within(std::chrono::seconds(60)));
  CHECK_FALSE(bed.was_banned(lying));  // as the reference does [S18]
}

TEST_CASE("blocks are taken from a server that shows no certificate of its tip",
          "[replica][sync]") {
  check_unproven(sync_beside([](const BlockSyncRequest& request) {
    return Reply{latency, {truth(request).blocks, genesis_pc()}};
  }));
}

TEST_CASE("a tip that is not certified is never stored", "[replica][sync][M37]") {
  Hash invented;
  const SyncBed::Conduct liar = [&](const BlockSyncRequest& request) {
    BlockSyncResponse answer = truth(request);
    if (!answer.blocks.empty()) {
      answer.blocks.back() = sibling_of(answer.blocks.back(), "tip");
      invented = answer.blocks.back().hash;
    }
    return Reply{latency, answer};
  };
  SyncBed bed(chain());
  const std::uint8_t lying = bed.add(liar);
  CHECK_FALSE(bed.syncs_within(std::chrono::seconds(2)));
  CHECK(bed.blocks_taken() > 0);
  CHECK_FALSE(bed.client.tree().contains(invented));
  bed.add_honest(latency);
  CHECK(bed.syncs_within(std::chrono::seconds(20)));
  CHECK_FALSE(bed.was_banned(lying));
}

TEST_CASE("a server that withholds the block that changes the set is banned for it",
          "[replica][sync]") {
  const Height withheld = chain().update_heights().front();
  check_proven(sync_beside([withheld](const BlockSyncRequest& request) {
    BlockSyncResponse answer = truth(request);
    std::erase_if(answer.blocks, [&](const Block& block) { return block.height == withheld; });
    return Reply{latency, {answer.blocks, chain().tree().highest_pc()}};
  }));
}

TEST_CASE("a server that withholds the certificate of a set change is not blamed",
          "[replica][sync][S07]") {
  // It may never have had it. Sets that overlap can be crossed without; this one cannot vouch.
  check_unproven(sync_beside([](const BlockSyncRequest& request) {
    return Reply{latency, {truth(request).blocks, chain().tree().highest_pc()}};
  }));
}

TEST_CASE("a server that sends one block at a time just in time holds nobody up",
          "[replica][sync][S19]") {
  check_unproven(sync_beside([](const BlockSyncRequest& request) {
    return Reply{milliseconds(240), truth({test_chain, request.start_height, 2})};
  }));
}

TEST_CASE("a server that alone is there and slow is used for all that", "[replica][sync]") {
  SyncBed bed(chain());
  const std::uint8_t slow = bed.add([](const BlockSyncRequest& request) {
    const BlockSyncResponse answer = truth(request);
    return Reply{milliseconds(20) * static_cast<int>(answer.blocks.size() + 1), answer};
  });
  CHECK(bed.syncs_within(std::chrono::seconds(60)));
  CHECK_FALSE(bed.was_banned(slow));
}

TEST_CASE("servers whose every answer comes late bring the chain all the same",
          "[replica][sync][S19][S19b]") {
  SyncBed bed(chain());
  for (int i = 0; i < 2; ++i) bed.add_honest(milliseconds(400));
  CHECK(bed.syncs_within(std::chrono::minutes(20)));
}

TEST_CASE("false data under a true hash brings a ban and does not spoil the true block",
          "[replica][sync][S04]") {
  check_proven(sync_beside([](const BlockSyncRequest& request) {
    BlockSyncResponse answer = truth(request);
    for (Block& block : answer.blocks) block.data = {to_bytes("not what was hashed")};
    return Reply{latency, answer};
  }));
}

TEST_CASE("forged certificates bring a ban", "[replica][sync][S52]") {
  check_proven(sync_beside([](const BlockSyncRequest& request) {
    std::vector<Block> forged;
    for (const Block& block : truth(request).blocks) {
      PhaseCertificate justify = block.justify;
      if (!forged.empty()) justify.block = forged.back().hash;
      forged.push_back(Lone::block(block.height, justify, "forged"));
    }
    return Reply{latency, {forged, chain().tree().highest_pc()}};
  }));
}
