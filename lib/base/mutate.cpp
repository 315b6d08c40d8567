#include "lib/base/mutate.h"

#ifdef HS_MUTANTS
#include <string>

namespace hs {
namespace {

std::string& chosen() {
  static std::string name;
  return name;
}

}  // namespace

void choose_mutation(std::string_view name) { chosen() = name; }

bool is_chosen_mutation(std::string_view name) { return chosen() == name; }

}  // namespace hs
#endif
