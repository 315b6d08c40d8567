#include "lib/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace hs {

void check_failed(const char* fact, const char* file, int line) {
  std::fprintf(stderr, "error[internal_check]: %s\nwhy: %s:%d; this is a bug of hs, not of yours\n",
               fact, file, line);
  std::abort();
}

}  // namespace hs
