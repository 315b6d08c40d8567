#include <algorithm>

#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

constexpr std::uint64_t boast_heights = 1'000;
constexpr std::size_t siblings = 8;
constexpr std::size_t huge_bytes = 1 << 20;

// Attracts whoever is behind by a height it does not have, and then lies in one of these ways.
class LyingSync final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    std::vector<Send> sends = std::move(scene.sends);
    scene.sends.clear();
    for (Send& send : sends) {
      if (const auto* response = std::get_if<BlockSyncResponse>(send.message.get())) {
        lie(scene, send.to, *response);
      } else if (const auto* ad = std::get_if<AdvertiseBlock>(send.message.get())) {
        const Height boast{ad->highest_committed_block_height.value + boast_heights};
        const Signature signature =
            scene.key.sign(advertise_statement(scene.config.chain_id, boast));
        scene.send(send.to, AdvertiseBlock{scene.config.chain_id, boast, signature});
      } else {
        scene.sends.push_back(std::move(send));
      }
    }
  }

 private:
  static void rehash(Block& block) {
    block.hash = block_hash(block.height, block.justify, block.data_hash);
  }
  static void lie(Scene& scene, const Recipient& to, BlockSyncResponse response) {
    Rng& rng = scene.rng;
    std::vector<Block>& blocks = response.blocks;
    switch (rng.below(8)) {
      case 0: return;  // never an answer
      case 1: blocks.clear(); break;
      case 2: {  // siblings without end, each on a certificate that is good
        const Block first = blocks.empty() ? Block{} : blocks.front();
        blocks.clear();
        for (std::size_t i = 0; i < siblings && !first.justify.signatures.empty(); ++i) {
          const Hash data_hash = scene.memory.empty_data_hash().value_or(
              sha256(as_bytes(std::to_string(rng.next()))));
          blocks.push_back(make_block(first.height, first.justify, data_hash, {}));
        }
        break;
      }
      case 3:
        ++response.highest_pc.chain_id.value;
        for (Block& block : blocks) ++block.justify.chain_id.value;
        break;
      case 4:
        for (Block& block : blocks) {
          ++block.height.value;
          rehash(block);
        }
        break;
      case 5: std::ranges::reverse(blocks); break;
      case 6:
        if (!blocks.empty()) {
          blocks.front().data.assign(1, Bytes(huge_bytes, 0xcd));
        }
        break;
      default:
        if (!blocks.empty()) {  // a tip that nobody signed
          Block& last = blocks.back();
          last.data_hash = sha256(as_bytes(std::to_string(rng.next())));
          rehash(last);
          response.highest_pc.block = last.hash;
          ++response.highest_pc.view.value;
        }
        break;
    }
    scene.send(to, std::move(response));
  }
};

}  // namespace

std::unique_ptr<Strategy> make_lying_sync() { return std::make_unique<LyingSync>(); }

}  // namespace hs::byzantine
