// Seeded chance, the same on every machine and compiler (std distributions are not). xoshiro256**
// seeded through SplitMix64 (Blackman and Vigna, 2018). Not for secrets.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace hs {

class Rng {
 public:
  explicit Rng(std::uint64_t seed);

  [[nodiscard]] std::uint64_t next();
  // Uniform in 0 .. bound - 1. Requires bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  // Uniform in low ..= high. Requires low <= high.
  [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high);
  // True in `parts` of `whole` cases.
  [[nodiscard]] bool chance(std::uint64_t parts, std::uint64_t whole);
  // An independent generator for one concern; the same name gives the same stream, whatever was
  // drawn from this one before.
  [[nodiscard]] Rng substream(std::string_view name) const;

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

}  // namespace hs
