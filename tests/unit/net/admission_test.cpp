#include "lib/net/admission.h"

#include "tests/support/catch.h"

namespace hs {
namespace {

const TransportLimits limits;

TEST_CASE("four connections without a hello from one address are enough", "[net][admission]") {
  CHECK_FALSE(judge({.inbound = 3, .pending = 3, .pending_from_there = 3}, limits).refusal);
  CHECK(judge({.inbound = 4, .pending = 4, .pending_from_there = 4}, limits).refusal ==
        CloseReason::pending_limit);
}

TEST_CASE("all nodes of a local testnet may connect at once from 127.0.0.1", "[net][admission]") {
  const Crowd crowd{
      .allowed = 31, .inbound = 30, .pending = 30, .pending_from_there = 30, .loopback = true};
  CHECK_FALSE(judge(crowd, limits).refusal);
  CHECK_FALSE(judge(crowd, limits).needs_room);
}

TEST_CASE("the 33rd connection without a hello needs room", "[net][admission]") {
  CHECK_FALSE(judge({.inbound = 31, .pending = 31}, limits).needs_room);
  CHECK(judge({.inbound = 32, .pending = 32}, limits).needs_room);
  CHECK_FALSE(judge({.allowed = 1, .inbound = 33, .pending = 32}, limits).refusal);
}

TEST_CASE("inbound connections are at most two for each key and 32 more", "[net][admission]") {
  CHECK_FALSE(judge({.allowed = 4, .inbound = 39}, limits).refusal);
  CHECK(judge({.allowed = 4, .inbound = 40}, limits).refusal == CloseReason::inbound_limit);
}

TEST_CASE("handshakes within a second are limited, and half are kept for those we know",
          "[net][admission]") {
  HandshakeRate rate;
  auto now = HandshakeRate::Clock::time_point();
  const auto taken = [&](bool is_known) {
    int count = 0;
    while (rate.take(now, 100, is_known)) ++count;
    return count;
  };
  CHECK(taken(false) == 50);
  CHECK(taken(true) == 50);
  CHECK(taken(false) == 0);
  now += std::chrono::milliseconds(100);
  CHECK(taken(false) == 0);  // what came back belongs to the half that is kept
  CHECK(taken(true) == 10);
  now += std::chrono::hours(1);
  CHECK(taken(true) == 100);
}

}  // namespace
}  // namespace hs
