// A certificate of either kind that lets a view be left.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(advance_view) {
  const auto value = fuzz::round_trip<AdvanceView>(input);
  if (value) HS_CHECK(view_of(value->progress_certificate).value <= std::uint64_t{1} << 63);
}

}  // namespace hs
