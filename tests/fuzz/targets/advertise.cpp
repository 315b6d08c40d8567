// Both advertisements: the first byte says which.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(advertise) {
  if (input.empty()) return;
  if (input[0] % 2 == 0) {
    (void)fuzz::round_trip<AdvertiseBlock>(input.subspan(1));
  } else {
    (void)fuzz::round_trip<AdvertisePC>(input.subspan(1));
  }
}

}  // namespace hs
