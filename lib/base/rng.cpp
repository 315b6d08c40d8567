#include "lib/base/rng.h"

#include <bit>

#include "lib/base/check.h"
#include "lib/base/uint128.h"

namespace hs {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(std::uint64_t seed) : seed_(seed) {
  for (auto& word : state_) word = split_mix(seed);
}

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t bound) {
  HS_CHECK(bound > 0);
  // Lemire's multiply-and-reject: unbiased without a division in the common case.
  const std::uint64_t threshold = (0 - bound) % bound;
  while (true) {
    const Uint128 product = static_cast<Uint128>(next()) * bound;
    if (static_cast<std::uint64_t>(product) >= threshold) {
      return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

std::uint64_t Rng::between(std::uint64_t low, std::uint64_t high) {
  HS_CHECK(low <= high);
  if (low == 0 && high == ~std::uint64_t{0}) return next();
  return low + below(high - low + 1);
}

bool Rng::chance(std::uint64_t parts, std::uint64_t whole) { return below(whole) < parts; }

Rng Rng::substream(std::string_view name) const {
  std::uint64_t mixed = seed_ ^ 0xcbf29ce484222325;
  for (const char c : name) mixed = (mixed ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return Rng{split_mix(mixed)};
}

}  // namespace hs
