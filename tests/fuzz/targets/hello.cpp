// The first frame of a peer, before anything about it is known.
#include "lib/net/hello.h"

#include "lib/base/limits.h"
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(hello) {
  Result<Greeting> greeting = fail(Errc::missing, "not decoded yet");
  {
    const fuzz::AllocationMeter meter;
    greeting = decode_greeting(input);
    HS_CHECK(meter.peak() <= fuzz::allocation_max(input.size()));
  }
  if (!greeting) return;
  // The transport refuses longer ones; the writer would cut them.
  if (input.size() <= hello_bytes_max) {
    HS_CHECK(std::ranges::equal(encode_greeting(*greeting), input));
  }
  if (const auto* hello = std::get_if<Hello>(&*greeting)) {
    HS_CHECK(!hello_mismatch(*hello, *hello).has_value());
    (void)hello_mismatch(Hello{}, *hello);
    for (const PeerAddress& peer : hello->known_peers) {
      const auto read = parse_peer_address(to_string(peer));
      HS_CHECK(read.has_value());
      HS_CHECK(*read == peer);
    }
  }
}

}  // namespace hs
