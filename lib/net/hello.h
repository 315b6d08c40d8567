// The first frame of each side: who am I talking to, and do we belong to the same chain?
//
// Body of a frame of channel hello, Borsh: a tag, then
//   0 Hello    {version u32, chain_id u64, genesis_hash 32 bytes, node_name string,
//               listens Option<HostPort>, known_peers Vec<PeerAddress>}
//   1 Refusal  {reason string}; may also come later: the peer has judged our hello and says goodbye
// The layout after `version` belongs to that version; tag 1 is the same in all of them.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/crypto/sha256.h"
#include "lib/net/address.h"
#include "lib/types/scalars.h"

namespace hs {

constexpr std::uint32_t wire_version = 1;
constexpr std::size_t refusal_bytes_max = 256;

struct Hello {
  ChainId chain_id;
  Hash genesis_hash;
  std::string node_name;            // as received: any bytes, at most node_name_bytes_max
  std::optional<HostPort> listens;  // where this peer can be dialed
  std::vector<PeerAddress> known_peers;
};

struct Refusal {
  std::string reason;  // as received: any bytes, at most refusal_bytes_max
};

using Greeting = std::variant<Hello, Refusal>;

// Of a Hello's known peers as many as fit into hello_bytes_max and known_peers_max are written,
// from the front; a longer name or reason is cut.
[[nodiscard]] Bytes encode_greeting(const Greeting& greeting);

// Errors: mismatch (another wire version; the sentence names both), truncated, trailing, too_long,
// bad_value.
[[nodiscard]] Result<Greeting> decode_greeting(BytesView bytes);

// Why a peer with the hello `theirs` does not belong to us; nothing if it does. The sentence reads
// the same on both sides but for "ours" and "theirs".
[[nodiscard]] std::optional<std::string> hello_mismatch(const Hello& ours, const Hello& theirs);

}  // namespace hs
