// Honest replicas beside one that does whatever the tape says. [RELIABILITY 3, 5]
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/tape.h"
#include "tests/fuzz/support/tape_net.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(replica) {
  constexpr int events_max = 200;
  // Four replicas with all that they and the tape have said; measured: 350 kB.
  constexpr std::size_t bytes_max = std::size_t{4} << 20;
  fuzz::InputTape tape(input);
  const fuzz::AllocationMeter meter;
  fuzz::TapeNet net(tape);
  net.run(static_cast<int>(tape.below(64)));
  for (int i = 0; i < events_max && !tape.at_end(); ++i) net.play();
  net.run(40);
  HS_CHECK(meter.peak() <= bytes_max);
}

}  // namespace hs
