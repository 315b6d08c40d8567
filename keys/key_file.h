// A validator's key in a file. Schema hs.key/v1, YAML:
//
//   schema: hs.key/v1
//   name: n0
//   public_key: "<64 hex digits>"
//   test: true                       # only where the key was made from --insecure-seed
//   encryption: none                 # the field under which encrypted files will say how
//   secret_key: "<64 hex digits>"    # the seed of RFC 8032
//   checksum: "<64 hex digits>"      # SHA-256 of all of the above
//
// Such a file is private: 0600, owned by who opens it, no symbolic link. One that others can read
// is refused by everything that opens it, since its secret may be known already.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/signatures.h"

namespace hs {

constexpr std::size_t key_name_bytes_max = 64;

// What may be shown of a key file.
struct KeyInfo {
  std::string name;
  PublicKey public_key;
  bool test = false;  // made from a known seed: for `testnet: true` genesis documents only
  bool encrypted = false;
};

struct KeyFile {
  std::string name;
  SecretKey key;
  bool test = false;
  [[nodiscard]] KeyInfo info() const { return {name, key.public_key(), test, false}; }
};

// A name of 1 to key_name_bytes_max letters, digits, '.', '_' and '-', that starts with a letter or
// digit. Error: bad_value.
[[nodiscard]] Status check_key_name(const std::string& name);

// From the system's random device. Error: io.
[[nodiscard]] Result<KeyFile> generate_key(const std::string& name);
// The same key for the same seed text and name, on every machine. Marked as a test key.
[[nodiscard]] KeyFile insecure_test_key(const std::string& seed, const std::string& name);

// Keys of a network of `count`, named PREFIX0, PREFIX1, ... in ascending order of their public
// keys: with equal powers the leader of view v is then number v mod count. With a seed they are
// test keys. Errors: bad_value (prefix), io.
[[nodiscard]] Result<std::vector<KeyFile>> generate_validator_keys(
    std::size_t count, const std::optional<std::string>& insecure_seed,
    const std::string& prefix = "n");

// The content of the file. Secret.
[[nodiscard]] std::string key_file_text(const KeyFile& key);

// Writes the file with mode 0600 and syncs it and its folder; a missing folder is made with mode
// 0700. Without `replace` nothing that exists is touched. Errors: exists, io, bad_value (name).
[[nodiscard]] Status write_key_file(const std::filesystem::path& path, const KeyFile& key,
                                    bool replace);

// Errors: not_found, denied (others can read it, or it is not ours; the text has the chmod line),
// corrupt (truncated or altered), mismatch (another kind or version of file), io.
[[nodiscard]] Result<KeyFile> read_key_file(const std::filesystem::path& path);
// The public part, under the same conditions. Needs no passphrase.
[[nodiscard]] Result<KeyInfo> read_key_info(const std::filesystem::path& path);

struct ListedKey {
  std::filesystem::path path;
  Result<KeyInfo> info;
};
// The key files of a folder (*.yaml that say `schema: hs.key/...`), by name of file. Errors:
// not_found, io.
[[nodiscard]] Result<std::vector<ListedKey>> list_key_files(const std::filesystem::path& folder);

}  // namespace hs
