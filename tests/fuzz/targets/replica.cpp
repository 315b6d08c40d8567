// Honest replicas beside one that does whatever the tape says. [RELIABILITY 3, 5]
#include "tests/fuzz/support/tape.h"
#include "tests/fuzz/support/tape_net.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(replica) {
  constexpr int events_max = 200;
  fuzz::InputTape tape(input);
  fuzz::TapeNet net(tape);
  net.run(static_cast<int>(tape.below(64)));
  for (int i = 0; i < events_max && !tape.at_end(); ++i) net.play();
  net.run(40);
}

}  // namespace hs
