// Every bound on what others may make us hold, in one place, with its unit last. A limit is checked
// before memory is reserved for what it limits. [PROTOCOL 1.9, S21]
#pragma once
#include <cstddef>
#include <cstdint>

namespace hs {

// Views and heights above this are refused on arrival, so that "+ 1" can never wrap. [S29]
constexpr std::uint64_t number_max = std::uint64_t{1} << 63;

constexpr std::size_t frame_bytes_max = 4 << 20;           // one frame on a peer connection
constexpr std::size_t sync_response_bytes_max = 3 << 20;   // blocks of one BlockSyncResponse
constexpr std::uint32_t sync_request_blocks_max = 256;
constexpr std::size_t validators_max = 1024;               // members of one set
constexpr std::size_t datums_max = 10'000;                 // datums of one block
constexpr std::size_t message_buffer_bytes_max = 32 << 20; // messages for later views, all senders
constexpr std::uint64_t view_window = 1'000;               // how far ahead a message is buffered
constexpr std::size_t known_peers_max = 1'024;             // addresses in one hello
constexpr std::size_t verified_cache_entries_max = 4'096;


// Peer connections. [RELIABILITY 5]
constexpr std::size_t preauth_bytes_max = 64 << 10;  // from a peer before its hello is judged
constexpr std::size_t hello_bytes_max = 56 << 10;           // the rest is for the TLS handshake
constexpr std::size_t pending_connections_max = 32;         // inbound ones without a hello
constexpr std::size_t pending_connections_per_address_max = 4;
constexpr std::size_t inbound_handshakes_per_second_max = 128;  // and two for each allowed key
constexpr std::size_t inbound_connections_extra = 32;       // above two for each allowed key
constexpr std::size_t peer_queue_bytes_max = 8 << 20;       // unsent frames of one peer
constexpr std::size_t node_name_bytes_max = 64;

static_assert(sync_response_bytes_max < frame_bytes_max);
static_assert(hello_bytes_max < preauth_bytes_max);

}  // namespace hs
