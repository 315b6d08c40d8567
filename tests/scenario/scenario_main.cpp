// test_scenario SCRIPT [--trace]: runs one scenario script; 0 if everything in it held.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "lib/sim/scenario.h"
#include "lib/sim/trace.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: test_scenario SCRIPT [--trace]\n");
    return 2;
  }
  std::ifstream file(argv[1]);
  std::stringstream script;
  script << file.rdbuf();
  if (!file) {
    std::fprintf(stderr, "%s: cannot be read\n", argv[1]);
    return 2;
  }
  hs::sim::TraceSink trace;
  if (argc > 2 && std::strcmp(argv[2], "--trace") == 0) {
    trace = [](hs::Instant at, hs::sim::NodeIndex node, const std::string& what) {
      std::printf("%s\n", hs::sim::trace_line(at, node, what).c_str());
    };
  }
  const auto failure = hs::sim::run_scenario(script.str(), trace);
  if (!failure) return 0;
  std::fprintf(stderr, "%s:%zu: %s\n", argv[1], failure->line, failure->what.c_str());
  return 1;
}
