// HS_CHECK(fact): a fact that only a mistake of ours can break. Always compiled in, never applied to
// input. A broken one prints the fact and its place and aborts (exit 134), which is safe at any moment
// because nothing leaves a replica before it is stored. One fact each, never joined by &&.
#pragma once

namespace hs {
[[noreturn]] void check_failed(const char* fact, const char* file, int line);
}

#define HS_CHECK(fact) \
  do {                 \
    if (!(fact)) [[unlikely]] ::hs::check_failed(#fact, __FILE__, __LINE__); \
  } while (false)
