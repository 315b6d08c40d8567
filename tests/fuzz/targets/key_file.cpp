// A private key in a file that may have been altered.
#include "keys/key_file.h"

#include <filesystem>
#include <fstream>

#include "lib/base/check.h"
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/target.h"
#include "tests/support/temp_dir.h"

namespace hs {

constexpr std::size_t read_buffer = std::size_t{64} << 10;

HS_FUZZ_TARGET(key_file) {
  static const test::TempDir folder;
  const std::filesystem::path path = folder / "key.yaml";
  std::ofstream(path, std::ios::binary) << to_string(input);
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  Result<KeyInfo> info = fail(Errc::missing, "not read yet");
  Result<KeyFile> key = fail(Errc::missing, "not read yet");
  {
    const fuzz::AllocationMeter meter;
    info = read_key_info(path);
    key = read_key_file(path);
    HS_CHECK(meter.peak() <= fuzz::allocation_max(input.size(), fuzz::yaml_factor) + read_buffer);
  }
  HS_CHECK(info.has_value() == key.has_value());
  HS_CHECK(list_key_files(folder.path()).has_value());
  if (!key) return;
  HS_CHECK(info->public_key == key->key.public_key());
  HS_CHECK(check_key_name(key->name).has_value());
  std::ofstream(path, std::ios::binary) << key_file_text(*key);
  const auto again = read_key_file(path);
  HS_CHECK(again.has_value());
  HS_CHECK(again->key.seed() == key->key.seed());
  HS_CHECK(again->name == key->name);
  HS_CHECK(again->test == key->test);
}

}  // namespace hs
