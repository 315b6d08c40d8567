// Where a peer listens, as people write it: HOST:PORT, and KEY@HOST:PORT when the key is said with
// it.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/codec/borsh.h"
#include "lib/crypto/signatures.h"

namespace hs {

constexpr std::size_t host_bytes_max = 253;  // RFC 1035: the longest domain name

// A host is an IPv4 literal, an IPv6 literal (in brackets when written with a port) or a DNS name
// of letters, digits, '-', '_' and '.'; nothing else, so that it is safe to print as it is.
struct HostPort {
  std::string host;  // without brackets
  std::uint16_t port = 0;
  friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

struct PeerAddress {
  PublicKey key;
  HostPort at;
  friend auto operator<=>(const PeerAddress&, const PeerAddress&) = default;
};

// Errors: bad_value, naming what is wrong with which part. Port 0 is accepted (a listener's "any
// port"); whoever dials must refuse it.
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);
[[nodiscard]] Result<PeerAddress> parse_peer_address(std::string_view text);
// As parse_host_port, and only a literal of the loopback interface (127.0.0.0/8 or ::1): where
// HTTP, which knows no users, may be served.
[[nodiscard]] Result<HostPort> parse_loopback_address(std::string_view text);

[[nodiscard]] std::string to_string(const HostPort& address);
[[nodiscard]] std::string to_string(const PeerAddress& address);

// Borsh: host as byte string, port as u16 (two bytes, little-endian); a PeerAddress has its key
// first. Decoding applies the rule for hosts above. Errors: truncated, bad_value.
void encode(BorshWriter& writer, const HostPort& address);
Status decode(BorshReader& reader, HostPort& address);
void encode(BorshWriter& writer, const PeerAddress& address);
Status decode(BorshReader& reader, PeerAddress& address);

}  // namespace hs
