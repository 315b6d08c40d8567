// The entry of libFuzzer, for the one target that is linked with it.
#include "lib/base/check.h"
#include "tests/fuzz/support/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HS_CHECK(hs::fuzz::targets().size() == 1);
  hs::fuzz::targets().front().run({data, size});
  return 0;
}
