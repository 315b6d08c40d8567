#include "lib/net/frame.h"

#include "tests/support/catch.h"

namespace hs {
namespace {

Bytes encoded(Channel channel, const Bytes& body) {
  const FrameHeader header = frame_header(channel, body.size());
  Bytes bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

// All frames of `stream`, given to the decoder in pieces of `piece` bytes.
std::vector<Frame> decode_in_pieces(BytesView stream, std::size_t piece) {
  FrameDecoder decoder;
  std::vector<Frame> frames;
  while (!stream.empty()) {
    BytesView part = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(part.size());
    while (!part.empty()) {
      auto frame = decoder.next(part, frame_bytes_max);
      REQUIRE(frame);
      if (*frame) frames.push_back(std::move(**frame));
    }
  }
  CHECK(decoder.unfinished_bytes() == 0);
  return frames;
}

TEST_CASE("the length of a frame counts its channel byte and its body", "[net][frame]") {
  CHECK(encoded(Channel::transactions, {7, 8}) == Bytes{3, 0, 0, 0, 2, 7, 8});
  CHECK(encoded(Channel::ping, {}) == Bytes{1, 0, 0, 0, 3});
}

TEST_CASE("frames come out the same, wherever the stream is split", "[net][frame]") {
  const Bytes first{1, 2, 3, 4, 5, 6, 7};
  const Bytes large(70'000, 9);
  Bytes stream = encoded(Channel::message, first);
  for (const Bytes& more : {encoded(Channel::ping, {}), encoded(Channel::transactions, large)}) {
    stream.insert(stream.end(), more.begin(), more.end());
  }
  for (const std::size_t piece : {1, 2, 3, 4, 5, 6, 7, 11, 4096, 16384, 1 << 20}) {
    CAPTURE(piece);
    const auto frames = decode_in_pieces(stream, piece);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].channel == Channel::message);
    CHECK(frames[0].body == first);
    CHECK(frames[1].channel == Channel::ping);
    CHECK(frames[1].body.empty());
    CHECK(frames[2].channel == Channel::transactions);
    CHECK(frames[2].body == large);
  }
}

TEST_CASE("a frame that is too long is refused at its header", "[net][frame]") {
  FrameDecoder decoder;
  const Bytes header{0x01, 0x00, 0x40, 0x00, 1};  // 4 MiB + 1
  BytesView input = header;
  const auto result = decoder.next(input, frame_bytes_max);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::too_long);
}

TEST_CASE("the largest frame is accepted", "[net][frame]") {
  const Bytes stream = encoded(Channel::message, Bytes(frame_body_bytes_max, 1));
  const auto frames = decode_in_pieces(stream, 16 << 10);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].body.size() == frame_body_bytes_max);
}

TEST_CASE("an empty frame and an unknown channel are refused", "[net][frame]") {
  for (const Bytes& header : {Bytes{0, 0, 0, 0, 1}, Bytes{1, 0, 0, 0, 4}, Bytes{1, 0, 0, 0, 255}}) {
    FrameDecoder decoder;
    BytesView input = header;
    const auto result = decoder.next(input, frame_bytes_max);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::bad_value);
  }
}

TEST_CASE("memory follows what has arrived, not what a length claims", "[net][frame]") {
  FrameDecoder decoder;
  const Bytes start = encoded(Channel::message, Bytes(frame_body_bytes_max, 1));
  BytesView input = BytesView(start).first(frame_header_bytes + 10);
  REQUIRE(decoder.next(input, frame_bytes_max));
  CHECK(decoder.unfinished_bytes() == frame_header_bytes + 10);
  CHECK(decoder.held_bytes() <= 16 << 10);
  input = BytesView(start).subspan(frame_header_bytes + 10, 1 << 20);
  REQUIRE(decoder.next(input, frame_bytes_max));
  CHECK(decoder.held_bytes() <= 2 * ((1 << 20) + 10));
}

}  // namespace
}  // namespace hs
