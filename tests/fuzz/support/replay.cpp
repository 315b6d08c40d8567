// Runs committed inputs through their targets, in every ordinary build.
//
// usage: fuzz_replay TARGET FILE...     FILE: one input a line, in hex; "#" begins a comment
//        fuzz_replay --seeds FOLDER     writes FOLDER/TARGET.txt, inputs to begin a corpus with
//        fuzz_replay --list             names of all targets
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "lib/base/check.h"
#include "lib/base/hex.h"
#include "tests/fuzz/support/seeds.h"
#include "tests/fuzz/support/target.h"

namespace hs::fuzz {
namespace {

// How many inputs ran; -1 where the file is no list of inputs.
int replay(const Target& target, const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    return -1;
  }
  int count = 0;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("#")) continue;
    const auto input = from_hex(line);
    if (!input) {
      std::fprintf(stderr, "%s:%d: not hex\n", path.c_str(), number);
      return -1;
    }
    const CheckNote note("input: " + path + ":" + std::to_string(number));
    target.run(*input);
    ++count;
  }
  return count;
}

int run(const std::string& name, char** files, int file_count) {
  for (const Target& target : targets()) {
    if (target.name != name) continue;
    int inputs = 0;
    for (int i = 0; i < file_count; ++i) {
      const int count = replay(target, files[i]);
      if (count < 0) return 1;
      inputs += count;
    }
    std::printf("%s: %d inputs\n", name.c_str(), inputs);
    return inputs > 0 ? 0 : 1;
  }
  std::fprintf(stderr, "no target %s\n", name.c_str());
  return 1;
}

}  // namespace
}  // namespace hs::fuzz

int main(int count, char** words) {
  if (count == 2 && std::strcmp(words[1], "--list") == 0) {
    for (const auto& target : hs::fuzz::targets()) std::printf("%s\n", target.name.c_str());
    return 0;
  }
  if (count == 3 && std::strcmp(words[1], "--seeds") == 0) {
    hs::fuzz::write_seeds(words[2]);
    return 0;
  }
  if (count < 3) {
    std::fprintf(stderr, "usage: fuzz_replay TARGET FILE...\n");
    return 2;
  }
  return hs::fuzz::run(words[1], words + 2, count - 2);
}
