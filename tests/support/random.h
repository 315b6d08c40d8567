// Seeded random values for property tests: INFO("seed " << seed) beside a check makes a failure
// repeatable.
#pragma once
#include "lib/base/limits.h"
#include "lib/base/rng.h"
#include "lib/types/messages.h"
#include "lib/types/update_set.h"

namespace hs::test {

[[nodiscard]] inline Bytes random_bytes(Rng& rng, std::size_t size) {
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng.next());
  return bytes;
}

template <class Fixed>
[[nodiscard]] Fixed random_fixed(Rng& rng) {
  Fixed value;
  for (auto& byte : value.bytes) byte = static_cast<std::uint8_t>(rng.next());
  return value;
}

// Within what peers may send: small, huge, or the limit itself.
[[nodiscard]] inline std::uint64_t random_number(Rng& rng) {
  switch (rng.below(3)) {
    case 0:
      return rng.below(100);
    case 1:
      return rng.between(0, number_max);
    default:
      return number_max - rng.below(2);
  }
}

[[nodiscard]] inline SignatureSet random_signatures(Rng& rng) {
  SignatureSet signatures(rng.below(6));
  for (auto& slot : signatures) {
    if (rng.chance(2, 3)) slot = random_fixed<Signature>(rng);
  }
  return signatures;
}

[[nodiscard]] inline PhaseCertificate random_pc(Rng& rng) {
  return {.chain_id = ChainId{rng.next()},
          .view = View{random_number(rng)},
          .block = random_fixed<Hash>(rng),
          .phase = static_cast<Phase>(rng.below(5)),
          .signatures = random_signatures(rng)};
}

[[nodiscard]] inline TimeoutCertificate random_tc(Rng& rng) {
  return {.chain_id = ChainId{rng.next()},
          .view = View{random_number(rng)},
          .signatures = random_signatures(rng)};
}

[[nodiscard]] inline Block random_block(Rng& rng) {
  Data data(rng.below(4));
  for (Datum& datum : data) datum = random_bytes(rng, rng.below(40));
  return make_block(Height{random_number(rng)}, random_pc(rng), random_fixed<Hash>(rng),
                    std::move(data));
}

// Few distinct keys, so that inserts and deletes meet.
[[nodiscard]] inline AppStateUpdates random_app_updates(Rng& rng) {
  AppStateUpdates updates;
  for (std::uint64_t i = rng.below(8); i > 0; --i) {
    const Bytes key(rng.below(3), static_cast<std::uint8_t>(rng.below(3)));
    if (rng.chance(1, 2)) {
      updates.insert(key, random_bytes(rng, rng.below(10)));
    } else {
      updates.erase(key);
    }
  }
  return updates;
}

[[nodiscard]] inline ValidatorSetUpdates random_set_updates(Rng& rng) {
  ValidatorSetUpdates updates;
  for (std::uint64_t i = rng.below(6); i > 0; --i) {
    PublicKey key;
    key.bytes.fill(static_cast<std::uint8_t>(rng.below(6)));
    if (rng.chance(1, 2)) {
      updates.insert(key, Power{rng.next()});
    } else {
      updates.erase(key);
    }
  }
  return updates;
}

// Every kind is as likely as every other.
[[nodiscard]] inline Message random_message(Rng& rng) {
  const ChainId chain{rng.next()};
  const View view{random_number(rng)};
  switch (rng.below(10)) {
    case 0:
      return Proposal{chain, view, random_block(rng)};
    case 1:
      return Nudge{chain, view, random_pc(rng)};
    case 2:
      return PhaseVote{chain, view, random_fixed<Hash>(rng), static_cast<Phase>(rng.below(5)),
                       random_fixed<Signature>(rng)};
    case 3:
      return NewView{chain, view, random_pc(rng)};
    case 4: {
      TimeoutVote vote{chain, view, random_fixed<Signature>(rng), {}};
      if (rng.chance(1, 2)) vote.highest_tc = random_tc(rng);
      return vote;
    }
    case 5:
      if (rng.chance(1, 2)) return AdvanceView{random_pc(rng)};
      return AdvanceView{random_tc(rng)};
    case 6:
      return AdvertiseBlock{chain, Height{view.value}, random_fixed<Signature>(rng)};
    case 7:
      return AdvertisePC{random_pc(rng)};
    case 8:
      return BlockSyncRequest{chain, Height{view.value}, static_cast<std::uint32_t>(rng.next())};
    default: {
      BlockSyncResponse response{{}, random_pc(rng)};
      for (std::uint64_t i = rng.below(3); i > 0; --i) response.blocks.push_back(random_block(rng));
      return response;
    }
  }
}

}  // namespace hs::test
