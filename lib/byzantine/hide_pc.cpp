#include <iterator>

#include "lib/base/overloaded.h"
#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

constexpr std::uint64_t friend_views = 7;  // the friend changes that often

// Is there a certificate inside that this replica may be the only one to have?
bool shows_pc(const Message& message, View newest) {
  const auto is_new = [&](const PhaseCertificate& pc) { return next(pc.view) >= newest; };
  return std::visit(
      Overloaded{
          [&](const Proposal& each) { return is_new(each.block.justify); },
          [&](const Nudge& each) { return is_new(each.justify); },
          [&](const NewView& each) { return is_new(each.highest_pc); },
          [&](const AdvertisePC& each) { return is_new(each.highest_pc); },
          [&](const AdvanceView& each) {
            const auto* pc = std::get_if<PhaseCertificate>(&each.progress_certificate);
            return pc != nullptr && is_new(*pc);
          },
          [](const auto&) { return false; },
      },
      message);
}

class HidePc final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    if (scene.peers.empty()) return;
    scene.split();
    const std::uint64_t turn = scene.view().value / friend_views % scene.peers.size();
    const PublicKey& favourite =
        *std::next(scene.peers.begin(), static_cast<std::ptrdiff_t>(turn));
    std::erase_if(scene.sends, [&](const Send& send) {
      const auto& to = std::get<PublicKey>(send.to);
      return to != scene.me() && to != favourite && shows_pc(*send.message, scene.view());
    });
  }
};

}  // namespace

std::unique_ptr<Strategy> make_hide_pc() { return std::make_unique<HidePc>(); }

}  // namespace hs::byzantine
