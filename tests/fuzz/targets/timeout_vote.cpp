// A timeout vote and the certificate that may travel in it.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(timeout_vote) {
  (void)fuzz::round_trip<TimeoutCertificate>(input);
  (void)fuzz::round_trip<TimeoutVote>(input);
}

}  // namespace hs
