// AddressSanitizer has an allocator of its own, which tells us what it does and which must not be
// replaced; anywhere else operator new and delete are replaced.
#include "tests/fuzz/support/allocation.h"

#include <algorithm>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HS_HAS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HS_HAS_ASAN 1
#endif

namespace {

// Threads of LevelDB must not count for the one that is measured.
thread_local bool is_measuring = false;
thread_local long held = 0;
thread_local long most = 0;

void count_taken(std::size_t bytes) {
  if (!is_measuring) return;
  held += static_cast<long>(bytes);
  most = std::max(most, held);
}

}  // namespace

#if defined(HS_HAS_ASAN)

// As sanitizer/allocator_interface.h has them: GCC exports both and does not install that header.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                  std::size_t),
                                              void (*free_hook)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const void* memory);
}

namespace {

void on_malloc(const volatile void*, std::size_t bytes) { count_taken(bytes); }
void on_free(const volatile void* memory) {
  if (!is_measuring || memory == nullptr) return;
  const void* const given_back = const_cast<const void*>(memory);
  held -= static_cast<long>(__sanitizer_get_allocated_size(given_back));
}
const int hooks = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

}  // namespace

#else

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

const int hooks = 1;

void* take(std::size_t bytes) {
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  count_taken(::malloc_usable_size(memory));
  return memory;
}

void give_back(void* memory) noexcept {
  if (is_measuring && memory != nullptr) held -= static_cast<long>(::malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

// The nothrow forms of the standard library call these; the aligned ones are not used.
void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new[](std::size_t bytes) { return take(bytes); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }

#endif

namespace hs::fuzz {

AllocationMeter::AllocationMeter() {
  HS_CHECK(hooks > 0);
  held = 0;
  most = 0;
  is_measuring = true;
}
AllocationMeter::~AllocationMeter() { is_measuring = false; }
std::size_t AllocationMeter::peak() const { return static_cast<std::size_t>(most); }

}  // namespace hs::fuzz
