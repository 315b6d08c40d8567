#include <filesystem>

#include "tests/golden/vectors.h"
#include "tests/support/catch.h"

// Every single file may be missing from a folder of further vectors, but not all of them: a wrong
// HS_VECTORS must not pass as "everything skipped".
TEST_CASE("the folder of vectors holds vectors", "[golden]") {
  constexpr const char* names[] = {"block_hash.json", "certificates.json", "decode_cases.json",
                                   "encodings.json",  "leaders.json",      "pacemaker.json",
                                   "quorums.json",    "roles.json",        "safety.json",
                                   "signatures.json", "storage.json",      "trace.json"};
  const std::filesystem::path folder = hs::test::vectors_folder();
  INFO("folder: " << folder);
  int found = 0;
  for (const char* name : names) found += std::filesystem::exists(folder / name) ? 1 : 0;
  CHECK(found > 0);
}
