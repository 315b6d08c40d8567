// What servers of block sync say to a lone replica.
#pragma once
#include <vector>

#include "tests/support/lone_replica.h"

namespace hs::test {

// Makes the replica ask `peer`, which must be connected: a certificate far ahead shows that it is
// late.
inline void make_ask(Lone& lone, std::uint8_t peer, std::uint64_t view = 500) {
  lone.receive(peer, AdvertisePC{lone.pc(View{view}, test_hash("far ahead"))});
}

// The peer's signed word that it has committed so much.
inline void advertise(Lone& lone, std::uint8_t peer, std::uint64_t height) {
  const Signature signature = test_key(peer).sign(advertise_statement(test_chain, Height{height}));
  lone.receive(peer, AdvertiseBlock{test_chain, Height{height}, signature});
}

// The first blocks of a chain.
inline std::vector<Block> branch(std::size_t length) {
  std::vector<Block> blocks{Lone::block(Height{0}, genesis_pc(), "first")};
  while (blocks.size() < length) {
    const PhaseCertificate justify =
        signed_pc(test_pc(blocks.size(), blocks.back().hash), Lone::four(), {1, 2, 3});
    blocks.push_back(Lone::block(Height{blocks.size()}, justify, "next"));
  }
  return blocks;
}

inline PhaseCertificate tip_of(const std::vector<Block>& blocks) {
  return signed_pc(test_pc(blocks.size(), blocks.back().hash), Lone::four(), {1, 2, 3});
}

}  // namespace hs::test
