// The message with which a replica leaves a view.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(new_view) { (void)fuzz::round_trip<NewView>(input); }

}  // namespace hs
