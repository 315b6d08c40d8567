// A fuzz target: what is done with any bytes whatsoever. It returns if they were handled well and
// ends the process (HS_CHECK, or a sanitizer) if not.
//
//   HS_FUZZ_TARGET(nudge) { round_trip<Nudge>(input); }
//
// With the preset `fuzz` each target is a libFuzzer binary of its own; otherwise all of them are in
// one binary that replays the committed inputs.
#pragma once
#include <string>
#include <vector>

#include "lib/base/bytes.h"

namespace hs::fuzz {

struct Target {
  std::string name;
  void (*run)(BytesView input);
};

// All that are linked in, in no order.
[[nodiscard]] std::vector<Target>& targets();

struct Registration {
  Registration(const char* name, void (*run)(BytesView input)) { targets().push_back({name, run}); }
};

}  // namespace hs::fuzz

#define HS_FUZZ_TARGET(name)                                                  \
  static void fuzz_##name(hs::BytesView input);                               \
  static const hs::fuzz::Registration registered_##name(#name, &fuzz_##name); \
  static void fuzz_##name(hs::BytesView input)
