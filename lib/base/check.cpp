#include "lib/base/check.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace hs {
namespace {

thread_local const CheckNote* innermost = nullptr;

}  // namespace

CheckNote::CheckNote(std::string line) : line_(std::move(line)), outer_(innermost) {
  innermost = this;
}
CheckNote::~CheckNote() { innermost = outer_; }

void check_failed(const char* fact, const char* file, int line) {
  std::fprintf(stderr, "error[internal_check]: %s\nwhy: %s:%d; this is a bug of hs, not of yours\n",
               fact, file, line);
  if (innermost != nullptr) std::fprintf(stderr, "%s\n", innermost->line_.c_str());
  std::abort();
}

}  // namespace hs
