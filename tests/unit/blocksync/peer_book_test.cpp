#include "lib/blocksync/peer_book.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

constexpr Instant start{};
const PublicKey peer = test::test_key(1).public_key();

PeerBook book() {
  return PeerBook({.advertisement_age_max = std::chrono::seconds(3),
                   .ban_min = std::chrono::seconds(10),
                   .ban_max = std::chrono::seconds(600)});
}

}  // namespace

TEST_CASE("bans double from 10 s to 10 min, and end", "[blocksync][S13]") {
  PeerBook peers = book();
  Instant now = start;
  for (const int seconds : {10, 20, 40, 80, 160, 320, 600, 600}) {
    peers.ban(peer, now);
    peers.expire(now + std::chrono::seconds(seconds) - milliseconds(1));
    CHECK(peers.is_banned(peer));
    now += std::chrono::seconds(seconds);
    peers.expire(now);
    CHECK_FALSE(peers.is_banned(peer));
  }
}

TEST_CASE("who behaved for ten minutes after a ban starts again at 10 s", "[blocksync][S13]") {
  PeerBook peers = book();
  peers.ban(peer, start);
  Instant now = start + std::chrono::seconds(10);
  peers.expire(now);
  peers.ban(peer, now);
  now += std::chrono::seconds(20 + 600);
  peers.expire(now);
  peers.ban(peer, now);
  peers.expire(now + std::chrono::seconds(10));
  CHECK_FALSE(peers.is_banned(peer));
}

TEST_CASE("advertisements count while their peer is connected and they are fresh",
          "[blocksync][S20]") {
  PeerBook peers = book();
  peers.advertised(peer, Height{7}, start);
  CHECK(peers.servers(Height{0}).empty());
  peers.connected(peer);
  CHECK(peers.servers(Height{7}) == std::vector<PublicKey>{peer});
  CHECK(peers.servers(Height{8}).empty());
  peers.expire(start + std::chrono::seconds(3));
  CHECK(peers.servers(Height{7}) == std::vector<PublicKey>{peer});
  peers.expire(start + std::chrono::seconds(3) + milliseconds(1));
  CHECK(peers.servers(Height{7}).empty());
}

}  // namespace hs
