#include "tests/fuzz/support/allocation.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

// Threads of LevelDB must not count for the one that is measured.
thread_local bool is_measuring = false;
thread_local long held = 0;
thread_local long most = 0;

void* take(std::size_t bytes) {
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  if (is_measuring) {
    held += static_cast<long>(::malloc_usable_size(memory));
    most = std::max(most, held);
  }
  return memory;
}

void give_back(void* memory) noexcept {
  if (is_measuring && memory != nullptr) held -= static_cast<long>(::malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

// The nothrow and array forms of the standard library call these; the aligned ones are not used.
void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new[](std::size_t bytes) { return take(bytes); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }

namespace hs::fuzz {

AllocationMeter::AllocationMeter() {
  held = 0;
  most = 0;
  is_measuring = true;
}
AllocationMeter::~AllocationMeter() { is_measuring = false; }
std::size_t AllocationMeter::peak() const { return static_cast<std::size_t>(most); }

}  // namespace hs::fuzz
