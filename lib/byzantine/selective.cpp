#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

class Selective final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    scene.split();
    std::erase_if(scene.sends, [&](const Send& send) {
      return std::get<PublicKey>(send.to) != scene.me() && scene.rng.chance(1, 2);
    });
  }
};

}  // namespace

std::unique_ptr<Strategy> make_selective() { return std::make_unique<Selective>(); }

}  // namespace hs::byzantine
