// The unit of a peer connection: u32 little-endian length, one channel byte, body. The length
// counts the channel byte and the body, so it is at least 1. [ARCHITECTURE 5, Wire]
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "lib/base/bytes.h"
#include "lib/base/limits.h"
#include "lib/base/result.h"

namespace hs {

enum class Channel : std::uint8_t {
  hello = 0,         // Greeting (hello.h): the first frame of each side, and nothing else
  message = 1,       // one protocol Message, byte-exact
  transactions = 2,  // opaque to the transport
  ping = 3,          // empty body; keeps the connection from looking idle
};

constexpr std::size_t frame_header_bytes = 5;
constexpr std::size_t frame_body_bytes_max = frame_bytes_max - 1;

using FrameHeader = std::array<std::uint8_t, frame_header_bytes>;

// Requires body_bytes <= frame_body_bytes_max.
[[nodiscard]] FrameHeader frame_header(Channel channel, std::size_t body_bytes);

struct Frame {
  Channel channel;
  Bytes body;
};

// An encoded body, shared by the queues of all peers it goes to. Never null.
using SharedBody = std::shared_ptr<const Bytes>;

// Turns a stream of bytes, split anywhere, into frames. Memory follows what has arrived, never what
// a length claims.
class FrameDecoder {
 public:
  // Takes bytes from the front of `input` until a frame is complete or the input is used up.
  // Errors: too_long (length above `bytes_max`), bad_value (length 0, unknown channel); after an
  // error the decoder must not be used again.
  [[nodiscard]] Result<std::optional<Frame>> next(BytesView& input, std::size_t bytes_max);

  // Bytes of an unfinished frame seen so far, header included; 0 between frames.
  [[nodiscard]] std::size_t unfinished_bytes() const { return header_used_ + body_.size(); }
  // Memory in use for it; at most about twice what has arrived.
  [[nodiscard]] std::size_t held_bytes() const { return body_.capacity(); }

 private:
  [[nodiscard]] Status read_header(BytesView& input, std::size_t bytes_max);

  FrameHeader header_{};
  std::size_t header_used_ = 0;
  std::size_t body_bytes_ = 0;  // of the frame whose header is complete
  Bytes body_;
};

}  // namespace hs
