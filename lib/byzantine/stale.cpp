#include "lib/base/overloaded.h"
#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

// In place of the newest certificate an old one, correct as it is; and now and then a message that
// somebody sent long ago.
class Stale final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    for (Send& send : scene.sends) {
      const auto* peer = std::get_if<PublicKey>(&send.to);
      if ((peer != nullptr && *peer == scene.me()) || !scene.rng.chance(1, 2)) continue;
      Message message = *send.message;
      make_old(scene, message);
      send.message = std::make_shared<const Message>(std::move(message));
    }
    const auto& old = scene.memory.messages();
    if (old.empty() || !scene.rng.chance(1, 8)) return;
    if (const auto peer = scene.draw_peer()) {
      scene.sends.push_back({*peer, old[scene.rng.below(old.size())]});
    }
  }

 private:
  static void make_old(Scene& scene, Message& message) {
    const auto& pcs = scene.memory.pcs();
    const auto& tcs = scene.memory.tcs();
    const auto old_pc = [&](PhaseCertificate& pc) {
      if (!pcs.empty()) pc = pcs[scene.rng.below(pcs.size())];
    };
    std::visit(
        Overloaded{
            [&](Proposal& each) {
              if (pcs.empty()) return;
              const PhaseCertificate& pc = pcs[scene.rng.below(pcs.size())];
              const Block* parent = scene.memory.block(pc.block);
              if (parent == nullptr) return;
              each.block = make_block(next(parent->height), pc, each.block.data_hash,
                                      each.block.data);
            },
            [&](Nudge& each) { old_pc(each.justify); },
            [&](NewView& each) { old_pc(each.highest_pc); },
            [&](TimeoutVote& each) {
              if (!tcs.empty()) each.highest_tc = tcs[scene.rng.below(tcs.size())];
            },
            [&](AdvanceView& each) {
              if (!tcs.empty() && scene.rng.chance(1, 2)) {
                each.progress_certificate = tcs[scene.rng.below(tcs.size())];
              } else if (!pcs.empty()) {
                each.progress_certificate = pcs[scene.rng.below(pcs.size())];
              }
            },
            [&](AdvertisePC& each) { old_pc(each.highest_pc); },
            [&](BlockSyncResponse& each) { old_pc(each.highest_pc); },
            [](auto&) {},
        },
        message);
  }
};

}  // namespace

std::unique_ptr<Strategy> make_stale() { return std::make_unique<Stale>(); }

}  // namespace hs::byzantine
