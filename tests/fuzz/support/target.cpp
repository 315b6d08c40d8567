#include "tests/fuzz/support/target.h"

namespace hs::fuzz {

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

}  // namespace hs::fuzz
