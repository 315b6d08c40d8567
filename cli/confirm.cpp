#include "cli/confirm.h"

#include <iostream>

#include "cli/error.h"

namespace hs {

bool confirmed(const Context& context, const std::string& question) {
  if (!may_prompt(context)) {
    throw usage_error(question, "nobody can be asked here", "say it beforehand: --yes");
  }
  write_all(2, question + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

}  // namespace hs
