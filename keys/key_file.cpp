#include "keys/key_file.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "keys/durable_file.h"
#include "keys/private_file.h"
#include "lib/codec/borsh.h"
#include "lib/config/yaml.h"
#include "lib/crypto/sha256.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key_schema = "hs.key/v1";
constexpr std::string_view no_encryption = "none";

struct SeedTag;
using SeedBytes = FixedBytes<SeedTag, 32>;

// Everything that the file says, in the order in which it says it.
Hash checksum(const std::string& name, const PublicKey& public_key, bool test,
              const SecretKey::Seed& seed) {
  BorshWriter writer;
  writer.byte_string(as_bytes(key_schema));
  writer.byte_string(as_bytes(name));
  encode(writer, public_key);
  writer.boolean(test);
  writer.byte_string(as_bytes(no_encryption));
  writer.raw(seed);
  return sha256(writer.bytes());
}

Result<KeyFile> from_fields(const YamlFields& fields) {
  HS_TRY(name_value, fields.required("name"));
  HS_TRY(name, name_value.text());
  HS_TRY_STATUS(check_key_name(name));
  HS_TRY(public_key_value, fields.required("public_key"));
  HS_TRY(public_key, public_key_value.hex<PublicKey>());
  bool test = false;
  if (const auto value = fields.optional("test")) {
    HS_TRY(is_test, value->boolean());
    test = is_test;
  }
  HS_TRY(encryption_value, fields.required("encryption"));
  HS_TRY(encryption, encryption_value.text());
  if (encryption != no_encryption) {
    return encryption_value.wrong(
        "this version of hs reads unencrypted key files only, not '" + encryption + "'",
        Errc::mismatch);
  }
  HS_TRY(secret_value, fields.required("secret_key"));
  HS_TRY(seed, secret_value.hex<SeedBytes>());
  HS_TRY(checksum_value, fields.required("checksum"));
  HS_TRY(sum, checksum_value.hex<Hash>());

  KeyFile file{name, SecretKey(seed.bytes, ed25519_scheme()), test};
  if (checksum(name, public_key, test, seed.bytes) != sum) {
    return fields.value().wrong("the checksum does not fit; the file was altered", Errc::corrupt);
  }
  if (file.key.public_key() != public_key) {
    return fields.value().wrong("the public key does not belong to the secret key", Errc::corrupt);
  }
  return file;
}

// A file that we wrote can only fail to read as ours if it was damaged since, or if it is another
// file.
Error as_damage(const Error& error) {
  if (error.code == Errc::mismatch || error.code == Errc::corrupt) return error;
  return {Errc::corrupt, error.what + " (the key file is truncated or was altered)"};
}

}  // namespace

Status check_key_name(const std::string& name) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool good = !name.empty() && name.size() <= key_name_bytes_max &&
                    is_alphanumeric(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
                      return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
                    });
  if (good) return {};
  return fail(Errc::bad_value, "'" + name.substr(0, key_name_bytes_max) +
                                   "' is no name of a key: 1 to " +
                                   std::to_string(key_name_bytes_max) +
                                   " letters, digits, '.', '_' and '-', a letter or digit first");
}

Result<KeyFile> generate_key(const std::string& name) {
  HS_TRY_STATUS(check_key_name(name));
  SecretKey::Seed seed;
  std::size_t filled = 0;
  while (filled < seed.size()) {
    const ssize_t count = ::getrandom(seed.data() + filled, seed.size() - filled, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return fail(Errc::io,
                  std::string("no random numbers from the system: ") + std::strerror(errno));
    }
    filled += static_cast<std::size_t>(count);
  }
  KeyFile file{name, SecretKey(seed, ed25519_scheme()), false};
  ::explicit_bzero(seed.data(), seed.size());
  return file;
}

KeyFile insecure_test_key(const std::string& seed, const std::string& name) {
  BorshWriter writer;
  writer.byte_string(as_bytes("hs insecure test key"));
  writer.byte_string(as_bytes(seed));
  writer.byte_string(as_bytes(name));
  return {name, SecretKey(sha256(writer.bytes()).bytes, ed25519_scheme()), true};
}

Result<std::vector<KeyFile>> generate_validator_keys(
    std::size_t count, const std::optional<std::string>& insecure_seed, const std::string& prefix) {
  std::vector<KeyFile> keys;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = prefix + std::to_string(i);
    HS_TRY_STATUS(check_key_name(name));
    if (insecure_seed) {
      keys.push_back(insecure_test_key(*insecure_seed, name));
    } else {
      HS_TRY(key, generate_key(name));
      keys.push_back(key);
    }
  }
  std::sort(keys.begin(), keys.end(), [](const KeyFile& a, const KeyFile& b) {
    return a.key.public_key() < b.key.public_key();
  });
  for (std::size_t i = 0; i < count; ++i) keys[i].name = prefix + std::to_string(i);
  return keys;
}

std::string key_file_text(const KeyFile& file) {
  const PublicKey& public_key = file.key.public_key();
  const Hash sum = checksum(file.name, public_key, file.test, file.key.seed());
  std::string text;
  text += "# A private key of hs. Whoever reads this file can vote in your name: keep it 0600.\n";
  text += "schema: " + std::string(key_schema) + "\n";
  text += "name: " + yaml_quoted(file.name) + "\n";
  text += "public_key: " + yaml_quoted(to_hex(public_key.bytes)) + "\n";
  if (file.test) text += "test: true\n";
  text += "encryption: " + std::string(no_encryption) + "\n";
  text += "secret_key: " + yaml_quoted(to_hex(file.key.seed())) + "\n";
  text += "checksum: " + yaml_quoted(to_hex(sum.bytes)) + "\n";
  return text;
}

Status write_key_file(const fs::path& path, const KeyFile& key, bool replace) {
  HS_TRY_STATUS(check_key_name(key.name));
  std::string text = key_file_text(key);
  auto written = write_durable_file(path, text, FileAccess::owner_only, replace);
  ::explicit_bzero(text.data(), text.size());
  return written;
}

Result<KeyFile> read_key_file(const fs::path& path) {
  HS_TRY(text, read_private_file(path));
  const auto root = parse_yaml(text, path.string());
  ::explicit_bzero(text.data(), text.size());
  if (!root) return std::unexpected(as_damage(root.error()));
  const auto fields = root->fields(
      key_schema, {"name", "public_key", "test", "encryption", "secret_key", "checksum"});
  if (!fields) return std::unexpected(as_damage(fields.error()));
  auto file = from_fields(*fields);
  if (!file) return std::unexpected(as_damage(file.error()));
  return file;
}

Result<KeyInfo> read_key_info(const fs::path& path) {
  HS_TRY(file, read_key_file(path));
  return file.info();
}

namespace {

// Key files are told from genesis and other files by their text, without judging it: one that is
// damaged or unsafe must be listed with its fault.
bool looks_like_key_file(const fs::path& path) {
  std::error_code ignored;
  if (path.extension() != ".yaml" || !fs::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  std::string start(4096, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  return start.find("schema: hs.key/") != std::string::npos;
}

}  // namespace

Result<std::vector<ListedKey>> list_key_files(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return fail(Errc::not_found, folder.string() + " is not a folder");
  }
  std::vector<fs::path> paths;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (looks_like_key_file(entry->path())) paths.push_back(entry->path());
  }
  if (error) return fail(Errc::io, folder.string() + ": " + error.message());
  std::sort(paths.begin(), paths.end());
  std::vector<ListedKey> keys;
  for (const fs::path& path : paths) keys.push_back({path, read_key_info(path)});
  return keys;
}

}  // namespace hs
