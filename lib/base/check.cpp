#include "lib/base/check.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lib/base/check_trap.h"

namespace hs {
namespace {

thread_local const CheckNote* innermost = nullptr;
thread_local int traps = 0;

// The path from the root of the sources on, wherever they were compiled.
const char* place_of(const char* file) {
  const char* const lib = std::strstr(file, "lib/");
  return lib == nullptr ? file : lib;
}

}  // namespace

CheckNote::CheckNote(std::string line) : line_(std::move(line)), outer_(innermost) {
  innermost = this;
}
CheckNote::~CheckNote() { innermost = outer_; }

CheckTrap::CheckTrap() { ++traps; }
CheckTrap::~CheckTrap() { --traps; }

void check_failed(const char* fact, const char* file, int line) {
  if (traps > 0) {
    throw CheckFailure{std::string(fact) + ", at " + place_of(file) + ":" + std::to_string(line)};
  }
  std::fprintf(stderr, "error[internal_check]: %s\nwhy: %s:%d; this is a bug of hs, not of yours\n",
               fact, file, line);
  if (innermost != nullptr) std::fprintf(stderr, "%s\n", innermost->line_.c_str());
  std::abort();
}

}  // namespace hs
