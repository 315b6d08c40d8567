#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/golden/vectors.h"
#include "tests/support/catch.h"

namespace {

const std::filesystem::path golden_tests = HS_SOURCE_DIR "/tests/golden";

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

// Every single file may be missing from a folder of further vectors, but not all of them: a wrong
// HS_VECTORS must not pass as "everything skipped".
TEST_CASE("the folder of vectors holds vectors", "[golden]") {
  const std::filesystem::path folder = hs::test::vectors_folder();
  INFO("folder: " << folder);
  std::size_t own = 0;
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_tests / "vectors")) {
    if (entry.path().extension() != ".json") continue;
    ++own;
    found += std::filesystem::exists(folder / entry.path().filename()) ? 1 : 0;
  }
  CHECK(own == 12);
  CHECK(found > 0);
}

// A file that no test reads would look like one that passes.
TEST_CASE("each file of vectors is read by a test", "[golden]") {
  std::string tests;
  for (const auto& entry : std::filesystem::directory_iterator(golden_tests)) {
    if (entry.path().extension() == ".cpp") tests += text_of(entry.path());
  }
  for (const auto& entry : std::filesystem::directory_iterator(golden_tests / "vectors")) {
    if (entry.path().extension() != ".json") continue;
    INFO(entry.path());
    const std::string reads = "load_vectors(\"" + entry.path().filename().string() + "\")";
    CHECK(tests.find(reads) != std::string::npos);
  }
}
