// Block sync while something is missed that no reply has brought yet, as in a network that works
// on: a certificate waits for its block, and no run of asking ends well before it comes. [S19, S52]
#include "tests/support/sync_bed.h"

using namespace hs;
using namespace hs::test;

namespace {

constexpr std::uint64_t length = 400;
using Reply = SyncBed::Reply;

const Archive& chain() {
  static const Archive archive(length, 0);
  return archive;
}

// The client waits for the block of the chain's highest certificate.
void show_tip(SyncBed& bed) { bed.client.advance(chain().tree().highest_pc(), 1); }

}  // namespace

TEST_CASE("a server that alone is there is asked for what the last block waits for",
          "[replica][sync][S19][S19c]") {
  SyncBed bed(chain());
  // One block at a time, so that its session ends long before the chain does.
  bed.add([](const BlockSyncRequest& request) {
    return Reply{milliseconds(240), chain().serve({test_chain, request.start_height, 1})};
  });
  show_tip(bed);
  CHECK(bed.syncs_within(std::chrono::minutes(5)));
}

TEST_CASE("replies that wait for each other are given up", "[replica][sync][S19][S19c]") {
  SyncBed bed(chain());
  // Forges the certificate that an earlier reply waits for, wherever that cannot be proven yet.
  int lies = 0;
  const std::uint8_t lying = bed.add([&](const BlockSyncRequest& request) {
    BlockSyncResponse answer = chain().serve(request);
    std::vector<Block>& blocks = answer.blocks;
    if (blocks.empty() || blocks[0].justify.is_genesis()) return Reply{milliseconds(10), answer};
    if (bed.client.tree().contains(blocks[0].justify.block)) return Reply{milliseconds(10), answer};
    ++lies;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      PhaseCertificate justify = blocks[i].justify;
      if (i > 0) justify.block = blocks[i - 1].hash;
      for (auto& signature : justify.signatures) {
        if (signature) signature->bytes[7] ^= 1;
      }
      blocks[i] = Lone::block(blocks[i].height, justify, "forged");
    }
    return Reply{milliseconds(10), answer};
  });
  const std::uint8_t honest = bed.add_honest();
  show_tip(bed);
  // Before the next advertisement, of which each is a reason to ask as well.
  CHECK(bed.syncs_within(milliseconds(900)));
  CHECK(lies > 0);
  CHECK_FALSE(bed.was_banned(lying));
  CHECK_FALSE(bed.was_banned(honest));
}
