// The committed chain of a running node, read over its RPC and believed as far as hashes and
// signatures go: a node may say of itself what it likes.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/result.h"
#include "lib/rpc/client.h"
#include "lib/types/block.h"
#include "testnet/record.h"
#include "testnet/set_history.h"

namespace hs {

// A header whose hash was computed from its bytes here.
struct CheckedHeader {
  Height height;
  Hash hash;
  PhaseCertificate justify;
};

// Bytes of a header as lib/rpc/reads.h serves them. Errors: bad_value and the like.
[[nodiscard]] Result<CheckedHeader> header_from(const Bytes& bytes);

struct SeenDoubleVote {
  std::string signer;    // hex digits of its key
  std::string sentence;  // who it was, and both votes
};

class ChainReader {
 public:
  explicit ChainReader(const TestnetNode& node);

  // None: nothing is committed yet. Errors: unavailable, timed_out, bad_value (no sensible answer).
  [[nodiscard]] Result<std::optional<Height>> committed_height();
  // The committed blocks that end at `to`, at most `limit` (1 ..= 1000), newest first. Errors: as
  // above; not_found (no longer stored); corrupt (the answer is no chain: heights or hashes do not
  // follow each other).
  [[nodiscard]] Result<std::vector<CheckedHeader>> headers(Height to, std::size_t limit);
  // The changes of the validator set that the node tells of, ascending.
  [[nodiscard]] Result<std::vector<ToldChange>> set_changes();
  // Pairs of votes of one signer for one view that the node has seen.
  [[nodiscard]] Result<std::vector<SeenDoubleVote>> double_votes();

 private:
  RpcClient client_;
};

}  // namespace hs
