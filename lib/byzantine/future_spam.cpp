#include "lib/base/limits.h"
#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

constexpr int messages_per_beat = 8;
constexpr int beats_per_timeout = 20;
constexpr std::size_t junk_bytes_max = 4'096;

// Beside its honest work: proposals, nudges, votes and new views of views near and far, all of them
// well-formed and signed by their true author.
class FutureSpam final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    if (!scene.is_beat) return;
    for (int i = 0; i < messages_per_beat; ++i) {
      if (const auto peer = scene.draw_peer()) scene.send(*peer, draw_message(scene));
    }
  }
  [[nodiscard]] std::optional<Duration> beat(const ReplicaConfig& config) const override {
    return config.view_timeout / beats_per_timeout;
  }

 private:
  static View draw_view(Scene& scene) {
    const std::uint64_t now = scene.view().value;
    switch (scene.rng.below(5)) {
      case 0: return View{now + 1};
      case 1: return View{now + scene.rng.between(1, 10)};
      case 2: return View{now + scene.rng.between(1, view_window)};
      case 3: return View{now + view_window + scene.rng.below(3)};
      default: return View{number_max - scene.rng.below(2)};
    }
  }
  static PhaseCertificate newest_pc(const Scene& scene) {
    return scene.memory.pcs().empty() ? genesis_pc() : scene.memory.pcs().back();
  }
  static Message draw_message(Scene& scene) {
    const View view = draw_view(scene);
    const ChainId chain = scene.config.chain_id;
    const Hash junk = sha256(as_bytes(std::to_string(scene.rng.next())));
    const Phase phase = static_cast<Phase>(scene.rng.below(5));
    switch (scene.rng.below(6)) {
      case 0: {
        Bytes datum(scene.rng.below(junk_bytes_max), 0xee);
        const Height height{scene.view().value};
        return Proposal{chain, view, make_block(height, newest_pc(scene), junk, {datum})};
      }
      case 1: return Nudge{chain, view, newest_pc(scene)};
      case 2: return scene.signed_vote(view, junk, phase);
      case 3: return NewView{chain, view, newest_pc(scene)};
      case 4: return scene.signed_timeout(view);
      default: {
        PhaseCertificate forged = newest_pc(scene);
        forged.view = view;
        return AdvanceView{std::move(forged)};
      }
    }
  }
};

}  // namespace

std::unique_ptr<Strategy> make_future_spam() { return std::make_unique<FutureSpam>(); }

}  // namespace hs::byzantine
