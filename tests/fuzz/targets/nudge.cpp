// A nudge of the phased mode.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(nudge) { (void)fuzz::round_trip<Nudge>(input); }

}  // namespace hs
