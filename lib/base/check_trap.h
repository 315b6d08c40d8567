// Where a broken check must not end the process: a simulated world is thrown away as a whole, so
// nothing goes on from a state that cannot be. A node never has one.
#pragma once
#include <string>

namespace hs {

// What a broken check throws where there is a trap. No std::exception, so that nobody who expects
// those of others takes it for one.
struct CheckFailure {
  std::string what;  // the fact and its place
};

// While it lives, a broken check of this thread throws. Within a noexcept
// function a broken check ends the process all the same.
class CheckTrap {
 public:
  CheckTrap();
  ~CheckTrap();
  CheckTrap(const CheckTrap&) = delete;
  CheckTrap& operator=(const CheckTrap&) = delete;
};

}  // namespace hs
