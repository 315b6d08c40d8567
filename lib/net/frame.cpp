#include "lib/net/frame.h"

#include "lib/base/check.h"

namespace hs {
namespace {

// How much a body may grow ahead of what has arrived. A peer has to send half of what it wants us
// to hold.
constexpr std::size_t reserve_bytes_min = 16 << 10;

std::uint32_t length_of(const FrameHeader& header) {
  return std::uint32_t{header[0]} | std::uint32_t{header[1]} << 8 | std::uint32_t{header[2]} << 16 |
         std::uint32_t{header[3]} << 24;
}

}  // namespace

FrameHeader frame_header(Channel channel, std::size_t body_bytes) {
  HS_CHECK(body_bytes <= frame_body_bytes_max);
  const auto length = static_cast<std::uint32_t>(body_bytes + 1);
  return {static_cast<std::uint8_t>(length), static_cast<std::uint8_t>(length >> 8),
          static_cast<std::uint8_t>(length >> 16), static_cast<std::uint8_t>(length >> 24),
          static_cast<std::uint8_t>(channel)};
}

Status FrameDecoder::read_header(BytesView& input, std::size_t bytes_max) {
  const std::size_t taken = std::min(frame_header_bytes - header_used_, input.size());
  std::copy_n(input.begin(), taken, header_.begin() + header_used_);
  header_used_ += taken;
  input = input.subspan(taken);
  if (header_used_ < frame_header_bytes) return {};
  const std::uint32_t length = length_of(header_);
  if (length == 0) return fail(Errc::bad_value, "a frame of length 0");
  if (length > bytes_max) {
    return fail(Errc::too_long, "a frame of " + std::to_string(length) + " bytes; at most " +
                                    std::to_string(bytes_max) + " are allowed here");
  }
  if (header_[4] > static_cast<std::uint8_t>(Channel::ping)) {
    return fail(Errc::bad_value, "unknown channel " + std::to_string(header_[4]));
  }
  body_bytes_ = length - 1;
  return {};
}

Result<std::optional<Frame>> FrameDecoder::next(BytesView& input, std::size_t bytes_max) {
  if (header_used_ < frame_header_bytes) {
    HS_TRY_STATUS(read_header(input, bytes_max));
    if (header_used_ < frame_header_bytes) return std::nullopt;
  }
  const std::size_t taken = std::min(body_bytes_ - body_.size(), input.size());
  if (body_.capacity() < body_.size() + taken) {
    const std::size_t arrived = body_.size() + taken;
    body_.reserve(std::min(body_bytes_, std::max(2 * arrived, reserve_bytes_min)));
  }
  body_.insert(body_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(taken));
  input = input.subspan(taken);
  if (body_.size() < body_bytes_) return std::nullopt;
  Frame frame{.channel = static_cast<Channel>(header_[4]), .body = std::move(body_)};
  body_ = {};
  header_used_ = 0;
  return frame;
}

}  // namespace hs
