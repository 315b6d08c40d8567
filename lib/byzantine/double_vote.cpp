#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

// Whatever is proposed gets this replica's vote, in every phase that a first vote can have, and
// each of its own votes goes along with one for another block.
class DoubleVote final : public Strategy {
 public:
  void act(Scene& scene, const Input& input) override {
    const std::vector<Send> honest = scene.sends;
    if (const auto* from = std::get_if<FromPeer>(&input)) {
      if (const auto* proposal = std::get_if<Proposal>(from->message.get())) {
        vote_for(scene, proposal->view, proposal->block.hash, Phase::generic);
        vote_for(scene, proposal->view, proposal->block.hash, Phase::prepare);
      }
    }
    for (const Send& send : honest) {
      const auto* vote = std::get_if<PhaseVote>(send.message.get());
      if (vote == nullptr || scene.memory.blocks().empty()) continue;
      const auto& blocks = scene.memory.blocks();
      const Block& other = blocks[scene.rng.below(blocks.size())];
      if (other.hash != vote->block) vote_for(scene, vote->view, other.hash, vote->phase);
    }
  }

 private:
  static void vote_for(Scene& scene, View view, const Hash& block, Phase phase) {
    for (const PublicKey& collector : scene.collectors(view)) {
      if (collector != scene.me()) scene.vote(view, block, phase, collector);
    }
  }
};

}  // namespace

std::unique_ptr<Strategy> make_double_vote() { return std::make_unique<DoubleVote>(); }

}  // namespace hs::byzantine
