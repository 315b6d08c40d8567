#include "lib/base/overloaded.h"
#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

// Half of its messages belong to the chain next door, whole and signed; in the other half only the
// certificate inside does.
class WrongChain final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    scene.split();
    for (Send& send : scene.sends) {
      if (std::get<PublicKey>(send.to) == scene.me()) continue;
      Message message = *send.message;
      move(scene, message, scene.rng.chance(1, 2));
      send.message = std::make_shared<const Message>(std::move(message));
    }
  }

 private:
  static void move(Scene& scene, Message& message, bool whole) {
    const ChainId other{scene.config.chain_id.value + 1};
    const auto move_pc = [&](PhaseCertificate& pc) {
      if (!pc.is_genesis()) pc.chain_id = other;
    };
    const auto name = [&](auto& each) {
      if (whole) each.chain_id = other;
    };
    std::visit(Overloaded{
                   [&](Proposal& each) {
                     name(each);
                     move_pc(each.block.justify);
                     each.block.hash = block_hash(each.block.height, each.block.justify,
                                                  each.block.data_hash);
                   },
                   [&](Nudge& each) { name(each), move_pc(each.justify); },
                   [&](PhaseVote& each) {
                     each.chain_id = other;
                     each.signature = scene.key.sign(
                         phase_statement(other, each.view, each.block, each.phase));
                   },
                   [&](NewView& each) { name(each), move_pc(each.highest_pc); },
                   [&](TimeoutVote& each) {
                     name(each);
                     each.signature = scene.key.sign(timeout_statement(other, each.view));
                     if (each.highest_tc) each.highest_tc->chain_id = other;
                   },
                   [&](AdvanceView& each) {
                     std::visit([&](auto& certificate) { certificate.chain_id = other; },
                                each.progress_certificate);
                   },
                   [&](AdvertiseBlock& each) {
                     name(each);
                     each.signature = scene.key.sign(
                         advertise_statement(other, each.highest_committed_block_height));
                   },
                   [&](AdvertisePC& each) { move_pc(each.highest_pc); },
                   [&](BlockSyncRequest& each) { each.chain_id = other; },
                   [&](BlockSyncResponse& each) { move_pc(each.highest_pc); },
               },
               message);
  }
};

}  // namespace

std::unique_ptr<Strategy> make_wrong_chain() { return std::make_unique<WrongChain>(); }

}  // namespace hs::byzantine
