# Build options, compiler flags and the tools that are used when the machine has them.
option(HS_BUILD_TESTS "build the test suite" ON)
option(HS_WERROR "treat warnings as errors" ON)
option(HS_MUTANTS "compile the planted bugs of lib/base/mutate.h, for scripts/mutants" OFF)
option(HS_FUZZ "build one libFuzzer binary per target of tests/fuzz; needs clang" OFF)
set(HS_SANITIZE "" CACHE STRING "sanitizers, as for -fsanitize= (address,undefined or thread)")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

find_program(HS_CCACHE ccache)
if(HS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${HS_CCACHE}")
endif()
find_program(HS_MOLD mold)
if(HS_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Private to our own code: imported packages are SYSTEM and not held to these.
add_library(hs_flags INTERFACE)
target_compile_options(hs_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  # g++ 12 warns falsely of these two where it inlines string and vector comparisons.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>
  # clang blames us for what the templates of libstdc++ 12 use in our name.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${HS_WERROR}>:-Werror>
  -fstack-protector-strong)
target_compile_definitions(hs_flags INTERFACE
  _GLIBCXX_ASSERTIONS
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
target_include_directories(hs_flags INTERFACE "${PROJECT_SOURCE_DIR}")

if(HS_SANITIZE)
  add_compile_options(-fsanitize=${HS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HS_SANITIZE})
  if(HS_SANITIZE MATCHES "undefined")
    # It looks at an object through a pipe, so every object is bad to it once descriptors have run
    # out, and a test makes them run out.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  # GCC 12 takes variants for uninitialised where sanitizers are woven in; the release build keeps
  # the warning.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if(HS_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()

# All of our code tells libFuzzer where it has been; only the binaries of tests/fuzz link its main.
if(HS_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "HS_FUZZ needs clang: cmake --preset fuzz, after scripts/install-deps --fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(HS_MUTANTS)
  add_compile_definitions(HS_MUTANTS)
endif()
