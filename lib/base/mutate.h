// Planted bugs, to show that the tests would find them. `if (HS_MUTATE(S01)) ...` guards one line
// with the behaviour that a rule forbids; which mutation is on is chosen at run time. Only the
// preset `mutants` compiles them: elsewhere the macro is the constant false, and a test shows that
// the release binary knows no such name. scripts/mutants runs the suite against each.
#pragma once

#ifdef HS_MUTANTS
#include <string_view>

namespace hs {
// The mutation that is on, by its name; empty for none. Set once, before threads start.
void choose_mutation(std::string_view name);
[[nodiscard]] bool is_chosen_mutation(std::string_view name);
}  // namespace hs

#define HS_MUTATE(name) ::hs::is_chosen_mutation(#name)
#else
#define HS_MUTATE(name) false
#endif
