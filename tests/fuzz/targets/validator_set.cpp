// Stored validator sets and updates of them, and what is computed from a set: the first byte says
// which.
#include "lib/validators/validator_set.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {
namespace {

void use(const ValidatorSet& set, BytesView input) {
  if (set.total_power() == 0) return;
  if (set.total_power() < TotalPower{1} << 100) {
    HS_CHECK(set.quorum() <= set.total_power());
    HS_CHECK(3 * set.quorum() > 2 * set.total_power());
    HS_CHECK(set.faulty_power_max() + set.quorum() == set.total_power());
  }
  std::uint64_t view = 0;
  for (std::size_t i = 0; i < 8 && i < input.size(); ++i) {
    view = view << 8 | input[i];
    HS_CHECK(set.contains(set.leader(View{view})));
  }
}

}  // namespace

HS_FUZZ_TARGET(validator_set) {
  if (input.empty()) return;
  const BytesView body = input.subspan(1);
  switch (input[0] % 4) {
    case 0: {
      const auto set = fuzz::round_trip<ValidatorSet>(body);
      if (!set) return;
      (void)check_usable(*set);
      use(*set, body.last(std::min<std::size_t>(8, body.size())));
      return;
    }
    case 1: {
      const auto updates = fuzz::round_trip<ValidatorSetUpdates>(body);
      if (!updates) return;
      const auto set = ValidatorSet().with(*updates);
      if (set) HS_CHECK(set->size() == updates->inserts.size());
      return;
    }
    case 2:
      (void)fuzz::round_trip<ValidatorSetUpdatesStatus>(body);
      return;
    default:
      (void)fuzz::round_trip<AppStateUpdates>(body);
  }
}

}  // namespace hs
