#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

// Of its votes, phase votes and timeout votes alike, half are never sent. The second copy of a
// vote, which goes to another collector, has a coin of its own.
class WithholdVote final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    std::erase_if(scene.sends, [&](const Send& send) {
      const bool is_vote = std::holds_alternative<PhaseVote>(*send.message) ||
                           std::holds_alternative<TimeoutVote>(*send.message);
      return is_vote && scene.rng.chance(1, 2);
    });
  }
};

}  // namespace

std::unique_ptr<Strategy> make_withhold_vote() { return std::make_unique<WithholdVote>(); }

}  // namespace hs::byzantine
