// Tests run a counted part of what they could; scripts/campaign has them run all of it.
#pragma once
#include <cstdlib>
#include <cstring>

namespace hs {

// Set in the environment: HS_FULL_COUNTS=1
[[nodiscard]] inline bool full_counts() {
  const char* value = std::getenv("HS_FULL_COUNTS");
  return value != nullptr && std::strcmp(value, "1") == 0;
}

// Sanitizers cost tenfold: what they look for shows in fewer rounds, too.
[[nodiscard]] constexpr bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

}  // namespace hs
