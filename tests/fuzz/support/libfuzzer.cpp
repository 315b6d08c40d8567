// The entry of libFuzzer, for the one target that is linked with it.
#include <ctime>

#include "lib/base/check.h"
#include "tests/fuzz/support/target.h"

namespace {

// What an input may take of the processor: 50 ms [RELIABILITY 5], and ten times that with the
// sanitizers and counters of such a build. Time of the processor, so that a busy machine is no
// reason to fail.
constexpr double input_seconds_max = 0.5;

double processor_seconds() {
  std::timespec time{};
  HS_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HS_CHECK(hs::fuzz::targets().size() == 1);
  const double begin = processor_seconds();
  hs::fuzz::targets().front().run({data, size});
  HS_CHECK(processor_seconds() - begin < input_seconds_max);
  return 0;
}
