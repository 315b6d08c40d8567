#include "lib/base/limits.h"
#include "lib/base/overloaded.h"
#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

// Small-scope mutations: one field of a message is moved by one step or swapped for another of its
// kind, what is signed is signed again, and some receivers get the changed message. Such near
// misses reach code that random bytes never reach. (ByzzFuzz, Winter et al., OOPSLA 2023.)
class Mutator {
 public:
  explicit Mutator(Scene& scene) : scene_(scene), rng_(scene.rng) {}

  void change(Message& message) {
    std::visit(Overloaded{
                   [&](Proposal& each) {
                     pick([&] { step(each.view); }, [&] { change(each.block); });
                   },
                   [&](Nudge& each) {
                     pick([&] { step(each.view); }, [&] { change(each.justify); });
                   },
                   [&](PhaseVote& each) {
                     pick([&] { step(each.view); }, [&] { swap_block(each.block); },
                          [&] { each.phase = draw_phase(); });
                     each = scene_.signed_vote(each.view, each.block, each.phase);
                   },
                   [&](NewView& each) {
                     pick([&] { step(each.view); }, [&] { change(each.highest_pc); });
                   },
                   [&](TimeoutVote& each) {
                     auto tc = std::move(each.highest_tc);
                     step(each.view);
                     each = scene_.signed_timeout(each.view);
                     each.highest_tc = std::move(tc);
                     if (each.highest_tc && rng_.chance(1, 2)) change(*each.highest_tc);
                   },
                   [&](AdvanceView& each) {
                     std::visit([&](auto& certificate) { change(certificate); },
                                each.progress_certificate);
                   },
                   [&](AdvertiseBlock& each) {
                     Height& height = each.highest_committed_block_height;
                     step(height);
                     each.signature =
                         scene_.key.sign(advertise_statement(each.chain_id, height));
                   },
                   [&](AdvertisePC& each) { change(each.highest_pc); },
                   [&](BlockSyncRequest& each) {
                     pick([&] { step(each.start_height); },
                          [&] { each.limit = rng_.chance(1, 2) ? 0 : ~std::uint32_t{0}; });
                   },
                   [&](BlockSyncResponse& each) {
                     if (each.blocks.empty() || rng_.chance(1, 3)) {
                       change(each.highest_pc);
                     } else {
                       change(each.blocks[rng_.below(each.blocks.size())]);
                     }
                   },
               },
               message);
  }

 private:
  template <class... Choices>
  void pick(Choices... choices) {
    std::uint64_t drawn = rng_.below(sizeof...(choices));
    ((drawn-- == 0 ? choices() : void()), ...);
  }
  template <class Number>
  void step(Number& number) {
    const bool up = number.value == 0 || (number.value < number_max && rng_.chance(1, 2));
    number.value = up ? number.value + 1 : number.value - 1;
  }
  Phase draw_phase() { return static_cast<Phase>(rng_.below(5)); }
  void swap_block(Hash& hash) {
    const auto& blocks = scene_.memory.blocks();
    if (!blocks.empty()) hash = blocks[rng_.below(blocks.size())].hash;
  }
  void change(SignatureSet& signatures) {
    if (signatures.empty()) return;
    auto& slot = signatures[rng_.below(signatures.size())];
    pick([&] { slot.reset(); }, [&] { slot = signatures[rng_.below(signatures.size())]; },
         [&] { signatures.pop_back(); }, [&] { signatures.emplace_back(); });
  }
  void change(PhaseCertificate& pc) {
    pick([&] { step(pc.view); }, [&] { swap_block(pc.block); }, [&] { pc.phase = draw_phase(); },
         [&] { change(pc.signatures); });
  }
  void change(TimeoutCertificate& tc) {
    pick([&] { step(tc.view); }, [&] { change(tc.signatures); });
  }
  // Named by its new hash: a wrong hash is the one change that need not be made.
  void change(Block& block) {
    pick([&] { step(block.height); }, [&] { change(block.justify); },
         [&] { block.data.emplace_back(Bytes{1}); }, [&] { swap_block(block.data_hash); });
    if (rng_.chance(7, 8)) {
      block.hash = block_hash(block.height, block.justify, block.data_hash);
    }
  }

  Scene& scene_;
  Rng& rng_;
};

class Mutate final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    scene.split();
    for (Send& send : scene.sends) {
      if (std::get<PublicKey>(send.to) == scene.me() || !scene.rng.chance(1, 4)) continue;
      Message message = *send.message;
      Mutator(scene).change(message);
      send.message = std::make_shared<const Message>(std::move(message));
    }
  }
};

}  // namespace

std::unique_ptr<Strategy> make_mutate() { return std::make_unique<Mutate>(); }

}  // namespace hs::byzantine
