// The document a chain starts from. What is accepted is written and read back as the same.
#include "genesis/genesis.h"

#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(genesis) {
  const std::string text = to_string(input);
  Result<Genesis> genesis = fail(Errc::missing, "not read yet");
  {
    const fuzz::AllocationMeter meter;
    genesis = parse_genesis(text, "genesis.yaml");
    HS_CHECK(meter.peak() <= fuzz::allocation_max(text.size(), fuzz::yaml_factor));
  }
  if (!genesis) {
    HS_CHECK(genesis.error().what.starts_with("genesis.yaml"));
    return;
  }
  HS_CHECK(check_genesis(*genesis).has_value());
  const auto again = parse_genesis(to_yaml(*genesis), "again");
  HS_CHECK(again.has_value());
  HS_CHECK(*again == *genesis);
  HS_CHECK(again->hash() == genesis->hash());
  HS_CHECK(check_usable(genesis->validator_set()).has_value());
  (void)genesis_warnings(*genesis);
}

}  // namespace hs
