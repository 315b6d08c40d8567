#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

constexpr int votes_per_beat = 16;
constexpr int beats_per_timeout = 20;

// Each vote is for a block of its own, so that collectors that keep one entry a block would grow.
class KeySpam final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    if (!scene.is_beat) return;
    for (int i = 0; i < votes_per_beat; ++i) {
      const Hash junk = sha256(as_bytes(std::to_string(scene.rng.next())));
      const View view{scene.view().value + scene.rng.below(3)};
      const auto phase = static_cast<Phase>(scene.rng.below(5));
      if (const auto peer = scene.draw_peer()) scene.vote(view, junk, phase, *peer);
    }
  }
  [[nodiscard]] std::optional<Duration> beat(const ReplicaConfig& config) const override {
    return config.view_timeout / beats_per_timeout;
  }
};

}  // namespace

std::unique_ptr<Strategy> make_key_spam() { return std::make_unique<KeySpam>(); }

}  // namespace hs::byzantine
