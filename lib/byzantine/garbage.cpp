#include "lib/byzantine/strategies.h"

namespace hs::byzantine {
namespace {

constexpr std::size_t noise_bytes_max = 256;

// Half of what it sends is ruined on the way out.
class Garbage final : public Strategy {
 public:
  void act(Scene& scene, const Input&) override {
    scene.split();
    std::vector<Send> whole;
    for (Send& send : scene.sends) {
      if (std::get<PublicKey>(send.to) == scene.me() || scene.rng.chance(1, 2)) {
        whole.push_back(std::move(send));
        continue;
      }
      Bytes bytes = to_borsh(*send.message);
      ruin(bytes, scene.rng);
      scene.raw.push_back({.to = send.to,
                           .bytes = std::make_shared<const Bytes>(std::move(bytes)),
                           .kind = name_of(*send.message)});
    }
    scene.sends = std::move(whole);
  }

 private:
  static void ruin(Bytes& bytes, Rng& rng) {
    switch (rng.below(6)) {
      case 0:
        bytes.resize(rng.below(bytes.size()));
        break;
      case 1:
        bytes[rng.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << rng.below(8));
        break;
      case 2:
        bytes.resize(bytes.size() + rng.between(1, noise_bytes_max), 0xab);
        break;
      case 3: {  // most likely somewhere in a count
        const std::size_t at = rng.below(bytes.size());
        for (std::size_t i = at; i < std::min(bytes.size(), at + 4); ++i) bytes[i] = 0xff;
        break;
      }
      case 4: {  // a certificate with more slots than any set has members
        PhaseCertificate pc = genesis_pc();
        pc.signatures.resize(validators_max + 1);
        bytes = to_borsh(Message(AdvertisePC{pc}));
        break;
      }
      default:
        bytes.resize(rng.below(noise_bytes_max));
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(rng.next());
        break;
    }
  }
};

}  // namespace

std::unique_ptr<Strategy> make_garbage() { return std::make_unique<Garbage>(); }

}  // namespace hs::byzantine
