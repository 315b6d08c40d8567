#include "lib/net/send_queue.h"

#include "tests/support/catch.h"

namespace hs {
namespace {

SharedBody body(std::uint8_t value, std::size_t bytes) {
  return std::make_shared<const Bytes>(bytes, value);
}

// The first body byte of each frame that is left, in order.
std::vector<int> drain(SendQueue& queue, std::size_t piece = 1 << 20) {
  std::vector<int> values;
  FrameDecoder decoder;
  Bytes buffer(piece);
  while (const std::size_t bytes = queue.take(buffer)) {
    BytesView input = BytesView(buffer).first(bytes);
    while (!input.empty()) {
      const auto frame = decoder.next(input, frame_bytes_max);
      REQUIRE(frame);
      if (*frame) values.push_back((*frame)->body.empty() ? -1 : (*frame)->body[0]);
    }
  }
  CHECK(queue.empty());
  return values;
}

constexpr bool keep = true;
constexpr bool drop = false;
using Pushed = SendQueue::Pushed;

TEST_CASE("frames leave in the order in which they came", "[net][queue]") {
  SendQueue queue(1000);
  for (std::uint8_t i = 1; i <= 6; ++i) {
    CHECK(queue.push(Channel::message, body(i, i), i % 2 == 0) == Pushed::queued);
  }
  CHECK(queue.push(Channel::ping, body(0, 0), drop) == Pushed::queued);
  CHECK(queue.bytes() == 21 + 7 * frame_header_bytes);
  CHECK(drain(queue, 4) == std::vector{1, 2, 3, 4, 5, 6, -1});
  CHECK(queue.frames_taken() == 7);
}

TEST_CASE("a full queue drops the oldest frames that may be lost", "[net][queue]") {
  SendQueue queue(100);
  CHECK(queue.push(Channel::message, body(1, 20), keep) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(2, 20), drop) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(3, 20), drop) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(4, 20), drop) == Pushed::queued);
  CHECK(queue.bytes() == 100);
  CHECK(queue.push(Channel::message, body(5, 20), drop) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(6, 20), keep) == Pushed::queued);
  CHECK(queue.frames_dropped() == 2);
  CHECK(queue.bytes() == 100);
  CHECK(drain(queue) == std::vector{1, 4, 5, 6});
}

TEST_CASE("a frame that may be lost does not push out others in vain", "[net][queue]") {
  SendQueue queue(100);
  CHECK(queue.push(Channel::message, body(1, 45), keep) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(2, 35), drop) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(3, 60), drop) == Pushed::dropped);
  CHECK(queue.frames_dropped() == 1);
  CHECK(drain(queue) == std::vector{1, 2});
}

TEST_CASE("a queue full of frames that must not be lost overflows", "[net][queue]") {
  SendQueue queue(100);
  CHECK(queue.push(Channel::message, body(1, 90), keep) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(2, 90), keep) == Pushed::overflow);
  CHECK(queue.push(Channel::message, body(3, 90), drop) == Pushed::dropped);
  CHECK(drain(queue) == std::vector{1});
}

TEST_CASE("a frame that has begun to leave is not dropped", "[net][queue]") {
  SendQueue queue(100);
  CHECK(queue.push(Channel::message, body(1, 60), drop) == Pushed::queued);
  Bytes start(10);
  CHECK(queue.take(start) == 10);
  CHECK(queue.bytes() == 55);
  CHECK(queue.push(Channel::message, body(2, 80), drop) == Pushed::dropped);
  CHECK(queue.push(Channel::message, body(3, 40), drop) == Pushed::queued);
  Bytes rest(200);
  CHECK(queue.take(rest) == 100);
}

TEST_CASE("a successor takes over whole frames only", "[net][queue]") {
  SendQueue old(1000);
  CHECK(old.push(Channel::message, body(1, 10), drop) == Pushed::queued);
  CHECK(old.push(Channel::message, body(2, 10), keep) == Pushed::queued);
  CHECK(old.push(Channel::message, body(3, 10), drop) == Pushed::queued);
  Bytes start(3);
  CHECK(old.take(start) == 3);
  SendQueue next(1000);
  CHECK(next.push(Channel::hello, body(9, 1), keep) == Pushed::queued);
  next.append_untouched(old);
  CHECK(drain(next) == std::vector{9, 2, 3});
  CHECK(old.frames() == 1);
  CHECK(old.bytes() == 12);
  Bytes rest(100);
  CHECK(old.take(rest) == 12);
  CHECK(old.empty());
}

TEST_CASE("a successor does not say the hello of the connection before it", "[net][queue]") {
  SendQueue old(1000);
  CHECK(old.push(Channel::hello, body(1, 10), keep) == Pushed::queued);
  CHECK(old.push(Channel::message, body(2, 10), keep) == Pushed::queued);
  SendQueue next(1000);
  CHECK(next.push(Channel::hello, body(9, 1), keep) == Pushed::queued);
  next.append_untouched(old);
  CHECK(drain(next) == std::vector{9, 2});
  CHECK(old.empty());
}

TEST_CASE("dropping what was not begun leaves what was", "[net][queue]") {
  SendQueue queue(1000);
  CHECK(queue.push(Channel::message, body(1, 10), keep) == Pushed::queued);
  CHECK(queue.push(Channel::message, body(2, 10), drop) == Pushed::queued);
  Bytes start(7);
  CHECK(queue.take(start) == 7);
  CHECK(queue.drop_untouched() == 1);
  CHECK(queue.bytes() == 8);
  CHECK(queue.push(Channel::message, body(3, 10), drop) == Pushed::queued);
  CHECK(queue.bytes() == 23);
}

}  // namespace
}  // namespace hs
