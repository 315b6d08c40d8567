#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

constexpr std::uint64_t honest_views_min = 3;
constexpr std::uint64_t honest_views_max = 60;

// Its last broadcast reaches some of its peers only: those have what the others lack.
class CrashLate final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    if (!last_view_) {
      last_view_ =
          View{scene.view().value + scene.rng.between(honest_views_min, honest_views_max)};
    }
    if (is_dead_) {
      scene.sends.clear();
      scene.raw.clear();
      return;
    }
    if (scene.view() < *last_view_ || scene.sends.empty()) return;
    scene.split();
    scene.sends.resize(scene.rng.below(scene.sends.size()));
    is_dead_ = true;
  }

 private:
  std::optional<View> last_view_;
  bool is_dead_ = false;
};

}  // namespace

std::unique_ptr<Strategy> make_crash_late() { return std::make_unique<CrashLate>(); }

}  // namespace hs::byzantine
