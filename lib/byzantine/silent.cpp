#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

class Silent final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    scene.sends.clear();
    scene.raw.clear();
  }
};

}  // namespace

std::unique_ptr<Strategy> make_silent() { return std::make_unique<Silent>(); }

}  // namespace hs::byzantine
