#include <algorithm>

#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

// Honest as long as it is a validator; from then on it votes for whatever is proposed, for the end
// of every view, and tells the leaders what it holds, as if nothing had happened.
class OldSet final : public Strategy {
 public:
  void act(Scene& scene, const Input& input) override {
    const bool is_member = std::ranges::any_of(
        scene.honest.validators().active(),
        [&](const ValidatorSetPtr& set) { return set->contains(scene.me()); });
    if (is_member) return;
    const auto* from = std::get_if<FromPeer>(&input);
    if (from == nullptr) return;
    const auto* proposal = std::get_if<Proposal>(from->message.get());
    if (proposal == nullptr) return;
    const View view = proposal->view;
    for (const PublicKey& collector : scene.collectors(view)) {
      scene.vote(view, proposal->block.hash, Phase::generic, collector);
      scene.vote(view, proposal->block.hash, Phase::prepare, collector);
      scene.send(collector, NewView{scene.config.chain_id, view, proposal->block.justify});
    }
    scene.send(ToAll{}, scene.signed_timeout(view));
  }
};

}  // namespace

std::unique_ptr<Strategy> make_old_set() { return std::make_unique<OldSet>(); }

}  // namespace hs::byzantine
