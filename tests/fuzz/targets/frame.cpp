// A stream of frames split anywhere gives the same frames as the whole, and memory follows what has
// arrived.
#include "lib/net/frame.h"

#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/tape.h"
#include "tests/fuzz/support/target.h"

namespace hs {
namespace {

struct Reading {
  std::vector<Frame> frames;
  bool failed = false;
};

// Reads `stream` in pieces of the sizes that `next_size` gives.
template <class NextSize>
Reading read(BytesView stream, std::size_t frame_max, NextSize next_size) {
  Reading reading;
  FrameDecoder decoder;
  while (!stream.empty() && !reading.failed) {
    BytesView piece = stream.first(std::min<std::size_t>(next_size(), stream.size()));
    stream = stream.subspan(piece.size());
    while (!piece.empty()) {
      const std::size_t before = piece.size();
      auto frame = decoder.next(piece, frame_max);
      if (!frame) {
        reading.failed = true;
        break;
      }
      HS_CHECK(piece.size() < before);
      if (!*frame) HS_CHECK(piece.empty());
      if (*frame) reading.frames.push_back(std::move(**frame));
    }
  }
  return reading;
}

}  // namespace

HS_FUZZ_TARGET(frame) {
  fuzz::InputTape tape(input);
  const std::size_t frame_max = tape.below(2) == 0 ? frame_bytes_max : hello_bytes_max;
  const BytesView splits = tape.bytes(tape.below(16));
  const BytesView stream = tape.rest();

  Reading whole;
  {
    const fuzz::AllocationMeter meter;
    whole = read(stream, frame_max, [&] { return stream.size(); });
    HS_CHECK(meter.peak() <= fuzz::allocation_max(stream.size()));
  }
  std::size_t turn = 0;
  const Reading split = read(stream, frame_max, [&] {
    return splits.empty() ? std::size_t{1} : std::size_t{splits[turn++ % splits.size()]} + 1;
  });
  HS_CHECK(whole.failed == split.failed);
  HS_CHECK(whole.frames.size() == split.frames.size());

  Bytes again;
  for (std::size_t i = 0; i < whole.frames.size(); ++i) {
    const Frame& frame = whole.frames[i];
    HS_CHECK(frame.channel == split.frames[i].channel);
    HS_CHECK(frame.body == split.frames[i].body);
    const FrameHeader header = frame_header(frame.channel, frame.body.size());
    again.insert(again.end(), header.begin(), header.end());
    again.insert(again.end(), frame.body.begin(), frame.body.end());
  }
  HS_CHECK(starts_with(stream, again));
}

}  // namespace hs
