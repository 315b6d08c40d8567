// Waiting for a node that joins: until it has the chain, and until its votes count.
#pragma once
#include <chrono>
#include <cstdint>

#include "lib/base/result.h"
#include "testnet/members.h"

namespace hs {

using SteadyTime = std::chrono::steady_clock::time_point;

// Until the node has committed what any other node of the testnet had when this was called. Its
// height then. Errors: timed_out; those of the testnet's files.
[[nodiscard]] Result<std::uint64_t> await_synced(const TestnetLayout& layout, const Member& member,
                                                 SteadyTime deadline);

struct SeenVote {
  std::uint64_t height;  // of the certified block
  std::uint64_t view;
};
// Until a certificate of a committed block holds a signature of the member, a validator. Errors: as
// above.
[[nodiscard]] Result<SeenVote> await_vote(const TestnetLayout& layout, const Member& member,
                                          SteadyTime deadline);

}  // namespace hs
