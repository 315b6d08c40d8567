// What the transport counts, for metrics. Plain numbers that only grow.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "lib/net/frame.h"

namespace hs {

// Why a connection was not accepted, or ended. The values index TransportCounters::closed and mean
// nothing else.
enum class CloseReason {
  peer_closed,       // end of stream or reset
  unreachable,       // a dial that found nobody: refused, no route, timed out, unknown host
  handshake_failed,  // not TLS 1.3, wrong certificate type, no "hs/1", garbage
  unknown_key,       // a certificate whose key is not in the allowed set, or was taken out of it
  wrong_peer,        // we dialed one key and another answered
  hello_mismatch,    // other protocol version, chain id or genesis
  refused_by_peer,   // the peer said why it does not want us
  preauth_timeout,   // no hello in time
  preauth_bytes,     // too many bytes before the hello
  pending_limit,     // too many connections without hello, in all or from one address
  handshake_rate,    // too many inbound connections within a second
  inbound_limit,     // too many inbound connections
  bad_frame,         // length, channel or order of frames
  idle,              // silent for too long, or does not take what we send
  too_slow,          // a frame that trickles in
  queue_full,        // its queue holds nothing that may be dropped
  replaced,          // another connection of the same key took its place
  stopped,           // we are going down
};
constexpr std::size_t close_reasons = static_cast<std::size_t>(CloseReason::stopped) + 1;

// The word used in logs, JSON and metric labels, such as "unknown_key".
[[nodiscard]] std::string_view to_string(CloseReason reason);

struct TransportCounters {
  std::uint64_t accepted = 0;   // connections taken from the listening socket
  std::uint64_t dialed = 0;     // attempts to connect
  std::uint64_t peers_up = 0;   // hellos that were good
  std::uint64_t frames_in = 0;  // frames of every channel after the hello
  std::uint64_t frames_out = 0;
  std::uint64_t bytes_in = 0;  // on the socket, TLS included
  std::uint64_t bytes_out = 0;
  std::uint64_t writes = 0;                           // system calls that sent something
  std::uint64_t frames_dropped = 0;                   // thrown out of a full queue
  std::uint64_t frames_unsent = 0;                    // still queued when a connection ended
  std::array<std::uint64_t, close_reasons> closed{};  // by CloseReason
};

}  // namespace hs
