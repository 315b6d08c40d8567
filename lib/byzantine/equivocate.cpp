#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

constexpr std::size_t stale_justifies_max = 6;

// Several blocks for one view: the honest one, the same without its data, and children of blocks up
// to six certificates back. Each peer gets one of them, some a second one as well, and this replica
// votes for all.
class Equivocate final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    scene.split();
    const std::vector<Block> blocks = variants(scene);
    if (blocks.size() < 2) return;
    std::vector<Send> kept;
    for (const Send& send : scene.sends) {
      const auto* proposal = std::get_if<Proposal>(send.message.get());
      if (proposal == nullptr || std::get<PublicKey>(send.to) == scene.me()) kept.push_back(send);
    }
    const View view = view_;
    scene.sends = std::move(kept);
    for (const PublicKey& peer : scene.peers) {
      const std::size_t copies = scene.rng.chance(1, 8) ? 2 : 1;
      for (std::size_t i = 0; i < copies; ++i) {
        scene.send(peer, Proposal{scene.config.chain_id, view, scene_block(scene, blocks)});
      }
    }
    for (const PublicKey& collector : scene.collectors(view)) {
      if (collector == scene.me()) continue;
      for (const Block& block : blocks) scene.vote(view, block.hash, Phase::generic, collector);
    }
  }

 private:
  static const Block& scene_block(Scene& scene, const std::vector<Block>& blocks) {
    return blocks[scene.rng.below(blocks.size())];
  }

  // Empty if this step proposes nothing.
  std::vector<Block> variants(Scene& scene) {
    std::vector<Block> blocks;
    for (const Send& send : scene.sends) {
      const auto* proposal = std::get_if<Proposal>(send.message.get());
      if (proposal == nullptr) continue;
      view_ = proposal->view;
      blocks.push_back(proposal->block);
      break;
    }
    if (blocks.empty()) return blocks;
    const Block honest = blocks.front();
    const auto& empty = scene.memory.empty_data_hash();
    if (empty && !honest.data.empty()) {
      blocks.push_back(make_block(honest.height, honest.justify, *empty, {}));
    }
    const auto& pcs = scene.memory.pcs();
    for (std::size_t back = 1; back <= stale_justifies_max && back < pcs.size(); ++back) {
      const PhaseCertificate& pc = pcs[pcs.size() - 1 - back];
      const Block* parent = scene.memory.block(pc.block);
      if (parent == nullptr || pc == honest.justify || !scene.rng.chance(1, 2)) continue;
      blocks.push_back(make_block(next(parent->height), pc, empty.value_or(honest.data_hash),
                                  empty ? Data{} : honest.data));
    }
    return blocks;
  }

  View view_;
};

}  // namespace

std::unique_ptr<Strategy> make_equivocate() { return std::make_unique<Equivocate>(); }

}  // namespace hs::byzantine
