#include <unistd.h>

#include "cli/context.h"

namespace hs {

bool may_prompt(const Context& context) {
  return !context.global.no_input && ::isatty(STDIN_FILENO) == 1;
}

}  // namespace hs
