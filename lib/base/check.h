// HS_CHECK(fact): a fact that only a mistake of ours can break. Always compiled in, never applied
// to input. A broken one prints the fact and its place and aborts (exit 134), which is safe at any
// moment because nothing leaves a replica before it is stored. One fact each, never joined by &&.
#pragma once
#include <string>

namespace hs {
[[noreturn]] void check_failed(const char* fact, const char* file, int line);

// While it lives, a broken check of this thread prints its line too: how to have the failure again.
// The last one made speaks; they nest like any other scope.
class CheckNote {
 public:
  explicit CheckNote(std::string line);
  ~CheckNote();
  CheckNote(const CheckNote&) = delete;
  CheckNote& operator=(const CheckNote&) = delete;

 private:
  friend void check_failed(const char* fact, const char* file, int line);
  std::string line_;
  const CheckNote* outer_;
};
}  // namespace hs

#define HS_CHECK(fact) \
  do {                 \
    if (!(fact)) [[unlikely]] ::hs::check_failed(#fact, __FILE__, __LINE__); \
  } while (false)
