// Linked into every test binary of a build with planted bugs: chooses the one that the environment
// variable HS_MUTATION names, before any test runs. scripts/mutants sets it.
#include "lib/base/mutate.h"

#include <cstdlib>

namespace hs::test {
namespace {

[[maybe_unused]] const bool is_chosen = [] {
  const char* name = std::getenv("HS_MUTATION");
  if (name != nullptr) choose_mutation(name);
  return name != nullptr;
}();

}  // namespace
}  // namespace hs::test
