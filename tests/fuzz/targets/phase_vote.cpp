// A phase vote.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(phase_vote) { (void)fuzz::round_trip<PhaseVote>(input); }

}  // namespace hs
